namespace Tandem.Workers;

/// <summary>
/// An exception on its way from a worker to its parent: what <see cref="ErrorWriter"/> writes of it and <see cref="ErrorRebuilder"/> makes it
/// again from. It holds simple values only; the one type that it names is that of the exception.
/// </summary>
internal sealed class RemoteError
{
    /// <summary>How many exceptions one may bring, itself included: inner ones that are shared would otherwise be told once for each way to them.</summary>
    public const int MaxExceptions = 256;
    public const int MaxDepth = 16;

    /// <summary>How many properties or entries of Data one exception may bring.</summary>
    public const int MaxValues = 64;

    public required string TypeName { get; init; }

    public required string AssemblyName { get; init; }

    /// <summary>The build of the module that declares the type.</summary>
    public required Guid ModuleVersion { get; init; }

    public required string Message { get; init; }

    /// <summary>What the exception was given as its message, where it says more than that itself: "m", where Message says "m (Parameter 'p')".</summary>
    public required string? GivenMessage { get; init; }

    /// <summary>The message is made of those of the inner exceptions, so <see cref="Message"/> is only what was given.</summary>
    public required bool IsAggregate { get; init; }

    public required string StackTrace { get; init; }

    public required int HResult { get; init; }

    public required string? HelpLink { get; init; }

    public required string? Source { get; init; }

    public required IReadOnlyDictionary<string, object?> Properties { get; init; }

    /// <summary>Properties that have values which cannot cross.</summary>
    public required IReadOnlyList<string> LeftBehind { get; init; }

    public required IReadOnlyList<KeyValuePair<object, object?>> Data { get; init; }

    public required IReadOnlyList<Exception> Inner { get; init; }

    /// <summary>How many more inner exceptions there were, one level down.</summary>
    public required int InnerLeftOut { get; init; }

    public static void Write(WireWriter writer, Exception exception) => new ErrorWriter(writer).Write(exception);

    /// <summary>Makes the exception again.</summary>
    /// <exception cref="InvalidDataException">What the worker sent is damaged.</exception>
    public static Exception Read(ref WireReader reader, string worker)
    {
        var left = MaxExceptions;
        return Read(ref reader, worker, depth: 0, ref left);
    }

    private static Exception Read(ref WireReader reader, string worker, int depth, ref int left)
    {
        if (--left < 0 || depth > MaxDepth)
            throw Impossible();
        var error = new RemoteError
        {
            TypeName = reader.ReadString(),
            AssemblyName = reader.ReadString(),
            ModuleVersion = reader.ReadGuid(),
            Message = reader.ReadString(),
            GivenMessage = ErrorValue.Read(ref reader) as string,
            IsAggregate = reader.ReadByte() != 0,
            StackTrace = reader.ReadString(),
            HResult = reader.ReadInt32(),
            HelpLink = ErrorValue.Read(ref reader) as string,
            Source = ErrorValue.Read(ref reader) as string,
            Properties = ReadProperties(ref reader),
            LeftBehind = ReadNames(ref reader),
            Data = ReadData(ref reader),
            Inner = ReadInner(ref reader, worker, depth, ref left),
            InnerLeftOut = reader.ReadInt32(),
        };
        return ErrorRebuilder.Rebuild(error, worker);
    }

    private static Dictionary<string, object?> ReadProperties(ref WireReader reader)
    {
        var properties = new Dictionary<string, object?>();
        for (var count = ReadCount(ref reader, MaxValues); count > 0; count--)
            properties[reader.ReadString()] = ErrorValue.Read(ref reader);
        return properties;
    }

    private static string[] ReadNames(ref WireReader reader)
    {
        var names = new string[ReadCount(ref reader, MaxValues)];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.ReadString();
        return names;
    }

    private static List<KeyValuePair<object, object?>> ReadData(ref WireReader reader)
    {
        var data = new List<KeyValuePair<object, object?>>();
        for (var count = ReadCount(ref reader, MaxValues); count > 0; count--)
            data.Add(new(ErrorValue.Read(ref reader) ?? throw Impossible(), ErrorValue.Read(ref reader)));
        return data;
    }

    private static Exception[] ReadInner(ref WireReader reader, string worker, int depth, ref int left)
    {
        var inner = new Exception[ReadCount(ref reader, left)];
        for (var i = 0; i < inner.Length; i++)
            inner[i] = Read(ref reader, worker, depth + 1, ref left);
        return inner;
    }

    private static int ReadCount(ref WireReader reader, int most) =>
        reader.ReadInt32() is var count && count >= 0 && count <= most ? count : throw Impossible();

    private static InvalidDataException Impossible() => new("A message of the worker protocol describes an impossible exception.");
}
