using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What one path knows of a value: that it is true, false, null, not null or a constant, or that it is what an acquire gave.</summary>
internal readonly record struct FlowValue
{
    private enum Known : byte { Nothing, True, False, Null, NotNull, Scope, Pending }

    private readonly Known _known;

    private FlowValue(Known known, LockOperation? acquire = null, object? constant = null)
    {
        _known = known;
        Acquire = acquire;
        Constant = constant;
    }

    /// <summary>The acquire that gave this value: the scope that it returned, or the task that will hold the lock.</summary>
    public LockOperation? Acquire { get; }

    /// <summary>The number, text or enumeration member that the value is, where that is known.</summary>
    public object? Constant { get; }

    public static FlowValue Unknown => default;

    public static FlowValue Null { get; } = new(Known.Null);

    public static FlowValue NotNull { get; } = new(Known.NotNull);

    public bool IsUnknown => _known == Known.Nothing;

    public bool IsNull => _known == Known.Null;

    public bool IsNotNull => _known is not (Known.Nothing or Known.Null);

    /// <summary>Whether disposing the value releases the lock.</summary>
    public bool IsScope => _known == Known.Scope;

    /// <summary>Whether the lock is acquired when the value, a task, is awaited.</summary>
    public bool IsPending => _known == Known.Pending;

    /// <summary>The value as a condition, where that is known.</summary>
    public bool? IsTrue => _known switch { Known.True => true, Known.False => false, _ => null };

    public static FlowValue Of(bool value) => new(value ? Known.True : Known.False);

    public static FlowValue OfConstant(object constant) => new(Known.NotNull, constant: constant);

    public static FlowValue Scope(LockOperation acquire) => new(Known.Scope, acquire);

    public static FlowValue Pending(LockOperation acquire) => new(Known.Pending, acquire);

    public static FlowValue operator !(FlowValue value) => value.IsTrue is { } known ? Of(!known) : Unknown;
}
