namespace Tandem.Executors;

/// <summary>The arguments of one call, typed, so that a worker thread passes them on and a worker process gets them as their declared types.</summary>
internal interface IArguments
{
    void WriteTo(IArgumentWriter writer);
}

/// <summary>Takes one call's arguments, first to last.</summary>
internal interface IArgumentWriter
{
    void Write<T>(T argument);
}

internal readonly struct Arguments : IArguments
{
    public void WriteTo(IArgumentWriter writer)
    {
    }
}

internal readonly record struct Arguments<T>(T First) : IArguments
{
    public void WriteTo(IArgumentWriter writer) => writer.Write(First);
}

internal readonly record struct Arguments<T1, T2>(T1 First, T2 Second) : IArguments
{
    public void WriteTo(IArgumentWriter writer)
    {
        writer.Write(First);
        writer.Write(Second);
    }
}

internal readonly record struct Arguments<T1, T2, T3>(T1 First, T2 Second, T3 Third) : IArguments
{
    public void WriteTo(IArgumentWriter writer)
    {
        writer.Write(First);
        writer.Write(Second);
        writer.Write(Third);
    }
}

internal readonly record struct Arguments<T1, T2, T3, T4>(T1 First, T2 Second, T3 Third, T4 Fourth) : IArguments
{
    public void WriteTo(IArgumentWriter writer)
    {
        writer.Write(First);
        writer.Write(Second);
        writer.Write(Third);
        writer.Write(Fourth);
    }
}
