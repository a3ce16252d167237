using System.Reflection;
using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Work as a worker runs it: the method found, and how each argument and the result travel.</summary>
internal sealed class ResolvedWork
{
    private readonly MethodInvoker _invoker;
    private readonly MethodInfo _method;
    private readonly object? _target;
    private readonly Type _delegateType;
    private readonly Type[] _parameters;

    /// <summary>How the values of each parameter are read and those of the result written; null where nothing is.</summary>
    private readonly DeclaredPayload?[] _readers;
    private readonly DeclaredPayload? _resultWriter;

    /// <summary>What the work gives, its task unwrapped; <see cref="Nothing"/> where it gives nothing.</summary>
    private readonly Type _result;
    private readonly MethodInvoker? _taskResult;
    private readonly bool _isAsync;

    /// <summary>By what arguments and result go.</summary>
    private readonly ChosenSerializer? _serializer;

    /// <summary>The same over many items; made when the first chunk comes.</summary>
    private ChunkWork? _chunkWork;

    private ResolvedWork(MethodInfo method, object? target, Type delegateType, ChosenSerializer? serializer)
    {
        _serializer = serializer;
        var signature = delegateType.GetMethod("Invoke")!;
        _invoker = MethodInvoker.Create(method);
        (_method, _target, _delegateType) = (method, target, delegateType);
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

        _readers = [.. _parameters.Select(static p => p == typeof(CancellationToken) ? null : DeclaredPayload.For(p))];
        _resultWriter = _result == typeof(Nothing) ? null : DeclaredPayload.For(_result);
        TokenCount = _parameters.Count(p => p == typeof(CancellationToken));
    }

    /// <summary>As the parent's messages call it.</summary>
    public string Name => field ??= DisplayName.Of(_method);

    /// <summary>How many tokens it takes.</summary>
    public int TokenCount { get; }

    public static ResolvedWork From(ReadOnlySpan<byte> definition, ChosenSerializer? serializer = null)
    {
        var (method, target, delegateType) = WorkReference.Resolve(definition);
        return new ResolvedWork(method, target, delegateType, serializer);
    }

    /// <summary>Runs work that takes no arguments and gives nothing.</summary>
    public void Run() => Invoke([]);

    /// <summary>Reads the arguments of a call, runs it, and writes its result. What the result refers to is added to <paramref name="memory"/>.</summary>
    public void Call(ref WireReader reader, ReadOnlySpan<CancellationTokenSource> tokens, WireWriter response, MessageMemory memory)
    {
        var isChunk = reader.ReadByte() != 0;
        if (isChunk)
            (_chunkWork ??= ChunkWork.From(_method, _target, _delegateType, Name, _serializer)).Run(reader.ReadBlock(), response, memory);
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
                arguments[i] = Read(i, bytes);
                continue;
            }

            arguments[i] = tokens[0].Token;
            tokens = tokens[1..];
        }

        var result = Invoke(arguments);
        // A span of a SharedArray may be in use when the array itself is not any more.
        GC.KeepAlive(arguments);
        using var noting = memory.Write();
        using var serializing = ChosenSerializer.Use(_serializer);
        _resultWriter?.Write(response, result);
    }

    /// <summary>What an argument's own setters and constructors throw is no exception of the work, which has not begun.</summary>
    public static InvalidDataException Unreadable(string role, string work, Type type, Exception exception) =>
        new($"{role} of {work}, {DisplayName.Of(type)}, came to the worker, but could not be read: {exception.Message}", exception);

    private object? Read(int index, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var serializing = ChosenSerializer.Use(_serializer);
            return _readers[index]!.Read(bytes);
        }
        catch (Exception exception)
        {
            throw Unreadable($"Argument {index + 1}", Name, _parameters[index], exception);
        }
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
