using System.Collections;

namespace Tandem.Workers;

/// <summary>
/// Writes one exception and its inner ones, bounded in their number, their depth and their text. Everything that user code can override is
/// asked under guard: an exception that throws when asked must not hide what it was thrown for.
/// </summary>
internal sealed class ErrorWriter(WireWriter writer)
{
    private const int MaxText = 64 * 1024;

    // What stands between the worker and the work in a stack trace.
    private static readonly string[] s_callers = ["System.Reflection.", "InvokeStub_"];

    private int _exceptionsLeft = RemoteError.MaxExceptions;
    private int _textLeft = 16 * MaxText;

    public void Write(Exception exception) => Write(exception, depth: 0);

    private void Write(Exception exception, int depth)
    {
        _exceptionsLeft--;
        var type = exception.GetType();
        writer.WriteString(type.FullName ?? type.Name);
        writer.WriteString(type.Assembly.GetName().Name ?? "");
        writer.WriteGuid(Try(() => type.Module.ModuleVersionId, out var version) ? version : Guid.Empty);
        WriteMessage(exception);
        writer.WriteString(Text(() => WithoutCaller(exception.StackTrace)));
        writer.WriteInt32(exception.HResult);
        ErrorValue.Write(writer, Try(() => exception.HelpLink, out var link) && link is not null ? Text(() => link) : null);
        ErrorValue.Write(writer, Try(() => exception.Source, out var source) && source is not null ? Text(() => source) : null);
        WriteProperties(exception);
        WriteData(exception);
        WriteInner(exception, depth);
    }

    private void WriteMessage(Exception exception)
    {
        // An aggregate's own message repeats those of all that it holds, and theirs, once for each way to them.
        var given = ErrorShape.GivenMessage(exception);
        var isAggregate = exception is AggregateException && Try(() => exception.GetType().GetProperty(nameof(Exception.Message))!.DeclaringType, out var declaring) && declaring == typeof(AggregateException);
        string? said = null;
        var message = Text(() => said = isAggregate ? given : exception.Message);
        writer.WriteString(message);
        ErrorValue.Write(writer, given is null ? null : given == said ? message : Text(() => given));
        writer.WriteByte(isAggregate ? (byte)1 : (byte)0);
    }

    private void WriteProperties(Exception exception)
    {
        List<(string Name, object? Value)> carried = [];
        List<string> leftBehind = [];
        var known = Try(() => ErrorShape.Of(exception.GetType()), out var shape) ? shape!.Properties : [];
        foreach (var property in known.Take(RemoteError.MaxValues))
        {
            if (!Try(() => property.GetValue(exception), out var value))
                continue;
            object? simple = null;
            if (Try(() => ErrorValue.TryCarry(value, property.PropertyType, out simple), out var isCarried) && isCarried)
                carried.Add((property.Name, Bounded(simple)));
            else if (!Try(() => ErrorValue.IsDefault(value), out var isDefault) || !isDefault)
                leftBehind.Add(property.Name);
        }

        writer.WriteInt32(carried.Count);
        foreach (var (name, value) in carried)
        {
            writer.WriteString(name);
            ErrorValue.Write(writer, value);
        }

        writer.WriteInt32(leftBehind.Count);
        leftBehind.ForEach(writer.WriteString);
    }

    private void WriteData(Exception exception)
    {
        var carried = new List<(object Key, object? Value)>();
        Try(() =>
        {
            foreach (DictionaryEntry entry in exception.Data)
            {
                if (carried.Count < RemoteError.MaxValues && ErrorValue.IsSimple(entry.Key) && (entry.Value is null || ErrorValue.IsSimple(entry.Value)))
                    carried.Add((Bounded(entry.Key)!, Bounded(entry.Value)));
            }

            return true;
        }, out _);
        writer.WriteInt32(carried.Count);
        foreach (var (key, value) in carried)
        {
            ErrorValue.Write(writer, key);
            ErrorValue.Write(writer, value);
        }
    }

    private void WriteInner(Exception exception, int depth)
    {
        IReadOnlyList<Exception> inner = exception is AggregateException aggregate ? aggregate.InnerExceptions
            : exception.InnerException is { } cause ? [cause]
            : [];
        var countPosition = writer.Written.Length;
        writer.WriteInt32(0);
        var written = 0;
        for (; written < inner.Count && depth < RemoteError.MaxDepth && _exceptionsLeft > 0; written++)
            Write(inner[written], depth + 1);
        writer.SetInt32(countPosition, written);
        writer.WriteInt32(inner.Count - written);
    }

    private object? Bounded(object? value) => value is string text ? Text(() => text) : value;

    private string Text(Func<string?> property)
    {
        try
        {
            var text = property() ?? "";
            var most = Math.Min(MaxText, _textLeft);
            _textLeft -= Math.Min(most, text.Length);
            return text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "… (shortened)");
        }
        catch (Exception exception)
        {
            return $"(not known: it threw {exception.GetType().Name} when asked)";
        }
    }

    private static bool Try<T>(Func<T> property, out T? value)
    {
        try
        {
            value = property();
            return true;
        }
        catch (Exception)
        {
            value = default;
            return false;
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
}
