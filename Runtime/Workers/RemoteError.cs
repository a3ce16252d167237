using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Tandem.Workers;

/// <summary>
/// Exceptions on their way from a worker to its parent: type name, message, stack trace and inner ones. The parent makes the exception again
/// as its own type where that type is loaded there; it never loads one because a worker names it.
/// </summary>
internal static class RemoteError
{
    private const int MaxText = 64 * 1024;
    private const int MaxDepth = 16;
    private const int MaxInner = 64;

    // What stands between the worker and the work in a stack trace.
    private static readonly string[] s_callers = ["System.Reflection.", "InvokeStub_"];

    public static void Write(WireWriter writer, Exception exception) => Write(writer, exception, depth: 0);

    private static void Write(WireWriter writer, Exception exception, int depth)
    {
        var type = exception.GetType();
        writer.WriteString(type.FullName ?? type.Name);
        writer.WriteString(type.Assembly.GetName().Name ?? "");
        writer.WriteString(Text(() => exception.Message));
        writer.WriteString(Text(() => WithoutCaller(exception.StackTrace)));

        Exception[] inner = depth == MaxDepth ? []
            : exception is AggregateException aggregate ? [.. aggregate.InnerExceptions.Take(MaxInner)]
            : exception.InnerException is { } cause ? [cause]
            : [];
        writer.WriteInt32(inner.Length);
        foreach (var each in inner)
            Write(writer, each, depth + 1);
    }

    /// <summary>What a user's override gives, bounded; an override that throws must not hide the exception that it describes.</summary>
    private static string Text(Func<string?> property)
    {
        try
        {
            var text = property() ?? "";
            return text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText), "… (shortened)");
        }
        catch (Exception exception)
        {
            return $"(not known: it threw {exception.GetType().Name} when asked)";
        }
    }

    /// <summary>A stack trace down to the work: how the worker came to call it is no news.</summary>
    private static string? WithoutCaller(string? stackTrace)
    {
        var lines = stackTrace?.Split(Environment.NewLine) ?? [];
        var end = Array.FindLastIndex(lines, IsFrameOf($"{typeof(ResolvedWork).FullName}.Invoke("));
        if (end < 0)
            return stackTrace;
        while (end > 0 && Array.Exists(s_callers, caller => IsFrameOf(caller)(lines[end - 1])))
            end--;
        return string.Join(Environment.NewLine, lines[..end]);
    }

    private static Predicate<string> IsFrameOf(string prefix) => line => line.StartsWith($"   at {prefix}", StringComparison.Ordinal);

    /// <summary>Makes the exception again.</summary>
    /// <exception cref="InvalidDataException">What the worker sent is damaged.</exception>
    public static Exception Read(ref WireReader reader, string worker) => Read(ref reader, worker, depth: 0);

    private static Exception Read(ref WireReader reader, string worker, int depth)
    {
        var typeName = reader.ReadString();
        var assemblyName = reader.ReadString();
        var message = reader.ReadString();
        var stackTrace = reader.ReadString();
        var count = reader.ReadInt32();
        if (count is < 0 or > MaxInner || depth > MaxDepth)
            throw new InvalidDataException("A message of the worker protocol describes an exception with impossibly many inner ones.");
        var inner = new Exception[count];
        for (var i = 0; i < count; i++)
            inner[i] = Read(ref reader, worker, depth + 1);

        var trace = $"{stackTrace}{Environment.NewLine}   in {worker}";
        try
        {
            if (Rebuild(Find(typeName, assemblyName), message, inner) is { } rebuilt)
                return ExceptionDispatchInfo.SetRemoteStackTrace(rebuilt, trace);
        }
        catch (Exception)
        {
            // A constructor that refuses what it is given, or throws its own exception and so has a stack trace already, or whatever else
            // user code does here: RemoteException tells the story in its place.
        }

        var told = new RemoteException($"{typeName}: {message}", inner.FirstOrDefault()) { RemoteTypeName = typeName, RemoteMessage = message, RemoteStackTrace = stackTrace };
        return ExceptionDispatchInfo.SetRemoteStackTrace(told, trace);
    }

    private static Type? Find(string typeName, string assemblyName)
    {
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.GetName().Name == assemblyName && assembly.GetType(typeName) is { IsAbstract: false, ContainsGenericParameters: false } type)
                return type.IsAssignableTo(typeof(Exception)) ? type : null;
        }

        return null;
    }

    /// <summary>Null where the type is not known or has no constructor that fits. Runs user code, which may throw anything.</summary>
    private static Exception? Rebuild(Type? type, string message, Exception[] inner)
    {
        if (type is null)
            return null;
        if (type == typeof(AggregateException))
            return new AggregateException(WithoutInnerMessages(message, inner), inner);

        // (message, inner) first: the one-string constructor of ArgumentNullException and its like takes a parameter's name.
        var cause = inner.FirstOrDefault();
        if (Constructor(type, typeof(string), typeof(Exception)) is { } full && IsMessage(full))
            return (Exception)full.Invoke([message, cause]);
        if (cause is null && Constructor(type, typeof(string)) is { } plain && IsMessage(plain))
            return (Exception)plain.Invoke([message]);

        // An exception without a message of its own says the same here as there, or it would say something wrong.
        return cause is null && Constructor(type)?.Invoke(null) is Exception made && made.Message == message ? made : null;
    }

    private static ConstructorInfo? Constructor(Type type, params Type[] parameters) =>
        type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, parameters);

    private static bool IsMessage(ConstructorInfo constructor) =>
        constructor.GetParameters()[0].Name is { } name && name.Contains("message", StringComparison.OrdinalIgnoreCase);

    // AggregateException appends the messages of its inner exceptions to its own, and would do so again.
    private static string WithoutInnerMessages(string message, Exception[] inner)
    {
        var appended = string.Concat(inner.Select(e => $" ({e.Message})"));
        return message.EndsWith(appended, StringComparison.Ordinal) ? message[..^appended.Length] : message;
    }
}
