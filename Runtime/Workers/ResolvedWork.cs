using System.Reflection;
using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Work as a worker runs it: the method found, and how each argument and the result travel.</summary>
internal sealed class ResolvedWork
{
    private readonly MethodInvoker _invoker;
    private readonly object? _target;
    private readonly Type[] _parameters;

    /// <summary>What the work gives, its task unwrapped; <see cref="Nothing"/> where it gives nothing.</summary>
    private readonly Type _result;
    private readonly MethodInvoker? _taskResult;
    private readonly bool _isAsync;

    /// <summary>As the parent's messages call it.</summary>
    private readonly string _name;

    private ResolvedWork(MethodInfo method, object? target, Type delegateType)
    {
        var signature = delegateType.GetMethod("Invoke")!;
        _invoker = MethodInvoker.Create(method);
        _target = target;
        _parameters = [.. signature.GetParameters().Select(p => p.ParameterType)];
        _isAsync = signature.ReturnType.IsAssignableTo(typeof(Task));
        _result = signature.ReturnType;
        if (_result == typeof(void) || _result == typeof(Task))
        {
            _result = typeof(Nothing);
        }
        else if (_isAsync)
        {
            _taskResult = MethodInvoker.Create(_result.GetProperty(nameof(Task<>.Result))!.GetMethod!);
            _result = _result.GetGenericArguments()[0];
        }

        TokenCount = _parameters.Count(p => p == typeof(CancellationToken));
        _name = DisplayName.Of(method);
    }

    /// <summary>How many tokens it takes.</summary>
    public int TokenCount { get; }

    public static ResolvedWork From(ReadOnlySpan<byte> definition)
    {
        var (method, target, delegateType) = WorkReference.Resolve(definition);
        return new ResolvedWork(method, target, delegateType);
    }

    /// <summary>Runs work that takes no arguments and gives nothing.</summary>
    public void Run() => Invoke([]);

    /// <summary>Reads the arguments of a call, runs it, and writes its result. What the result refers to is added to <paramref name="memory"/>.</summary>
    public void Call(ref WireReader reader, ReadOnlySpan<CancellationTokenSource> tokens, WireWriter response, MessageMemory memory)
    {
        var isChunk = reader.ReadByte() != 0;
        if (isChunk)
            CallForEach((Array)Read(_parameters[0].MakeArrayType(), reader.ReadBlock(), "The items")!, response, memory);
        else
            CallOnce(ref reader, tokens, response, memory);
    }

    private void CallOnce(ref WireReader reader, ReadOnlySpan<CancellationTokenSource> tokens, WireWriter response, MessageMemory memory)
    {
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var bytes = reader.ReadBlock();
            if (_parameters[i] != typeof(CancellationToken))
            {
                arguments[i] = Read(_parameters[i], bytes, $"Argument {i + 1}");
                continue;
            }

            arguments[i] = tokens[0].Token;
            tokens = tokens[1..];
        }

        var result = Invoke(arguments);
        using var noting = memory.Write();
        if (_result != typeof(Nothing))
            DeclaredPayload.For(_result).Write(response, result);
    }

    /// <summary>Reads an argument. What its own setters and constructors throw is no exception of the work, which has not begun.</summary>
    private object? Read(Type type, ReadOnlySpan<byte> bytes, string role)
    {
        try
        {
            return DeclaredPayload.For(type).Read(bytes);
        }
        catch (Exception exception)
        {
            throw new InvalidDataException($"{role} of {_name}, {DisplayName.Of(type)}, came to the worker, but could not be read: {exception.Message}", exception);
        }
    }

    private void CallForEach(Array items, WireWriter response, MessageMemory memory)
    {
        var results = Array.CreateInstance(_result, items.Length);
        Exception? failure = null;
        var done = 0;
        try
        {
            for (; done < items.Length; done++)
                results.SetValue(Invoke([items.GetValue(done)]), done);
        }
        catch (Exception exception)
        {
            failure = exception;
            var before = Array.CreateInstance(_result, done);
            Array.Copy(results, before, done);
            results = before;
        }

        using var noting = memory.Write();
        var block = response.BeginBlock();
        DeclaredPayload.For(_result.MakeArrayType()).Write(response, results);
        response.EndBlock(block);
        if (failure is not null)
            RemoteError.Write(response, failure);
    }

    private object? Invoke(object?[] arguments)
    {
        var result = _invoker.Invoke(_target, arguments.AsSpan());
        if (!_isAsync)
            return result;
        var task = (Task?)result ?? throw Executor.NoTask();
        task.GetAwaiter().GetResult();
        return _taskResult?.Invoke(task);
    }
}
