using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Tandem.Workers;

/// <summary>
/// Makes an exception again as its own type: by the constructor whose parameters are named after the most of its properties, then by setters.
/// What came out is compared with what was thrown; only one that says the same message and holds the same inner exceptions is taken, and
/// properties that differ are named in its stack trace.
/// </summary>
internal static class ErrorRebuilder
{
    public static Exception Rebuild(RemoteError error, string worker)
    {
        try
        {
            if (ErrorTypes.Find(error.TypeName, error.AssemblyName, error.ModuleVersion) is { } type && Make(type, error) is var (made, lost))
                return ExceptionDispatchInfo.SetRemoteStackTrace(made, Trace(error, worker, [.. lost, .. error.LeftBehind]));
        }
        catch (Exception)
        {
            // An exception whose constructor throws it and so has a stack trace already, a type whose loading fails, or whatever else user
            // code does here: RemoteException tells the story in its place.
        }

        var cause = error.Inner.Count > 1 ? new AggregateException(error.Inner) : error.Inner.FirstOrDefault();
        var told = new RemoteException($"{error.TypeName}: {error.Message}", cause)
        {
            RemoteTypeName = error.TypeName,
            RemoteMessage = error.Message,
            RemoteStackTrace = error.StackTrace,
            RemoteProperties = error.Properties,
        };
        SetCommon(told, error);
        return ExceptionDispatchInfo.SetRemoteStackTrace(told, Trace(error, worker, error.LeftBehind));
    }

    private static string Trace(RemoteError error, string worker, IReadOnlyList<string> lost)
    {
        var without = lost.Count == 0 ? "" : $", without {string.Join(", ", lost)}";
        var cut = error.InnerLeftOut == 0 ? "" : $"{Environment.NewLine}   ({error.InnerLeftOut} inner exceptions, and what they hold, were left out)";
        return $"{error.StackTrace}{Environment.NewLine}   in {worker}{without}{cut}";
    }

    private static (Exception Made, IReadOnlyList<string> Lost)? Make(Type type, RemoteError error)
    {
        var shape = ErrorShape.Of(type);
        (Exception, IReadOnlyList<string>)? incomplete = null;

        // By the names themselves first; then by those that are only alike, which counts only if everything comes out right.
        foreach (var byLikeness in (bool[])[false, true])
        {
            foreach (var message in ((string?[])[error.GivenMessage, error.Message]).Distinct())
            {
                var filled = shape.Constructors.Select(c => (Constructor: c, Filled: Fill(c, shape, error, message, byLikeness)));
                foreach (var (constructor, arguments) in filled.Where(f => f.Filled is not null).OrderByDescending(f => f.Filled!.Value.Known).Select(f => (f.Constructor, f.Filled!.Value.Arguments)))
                {
                    if (TryMake(constructor, arguments, shape, error) is not var (made, lost))
                        continue;
                    if (lost.Count == 0)
                        return (made, lost);
                    if (!byLikeness)
                        incomplete ??= (made, lost);
                }
            }
        }

        return incomplete;
    }

    /// <summary>The arguments for a constructor and how many of them are known; null where one that it needs is not.</summary>
    private static (object?[] Arguments, int Known)? Fill(ConstructorInfo constructor, ErrorShape shape, RemoteError error, string? message, bool byLikeness)
    {
        var parameters = constructor.GetParameters();
        var arguments = new object?[parameters.Length];
        var known = 0;
        for (var i = 0; i < parameters.Length; i++)
        {
            if (TryKnow(parameters[i], shape, error, message, byLikeness, out arguments[i]))
                known++;
            else if (!TryOmit(parameters[i], out arguments[i]))
                return null;
        }

        return (arguments, known);
    }

    private static bool TryKnow(ParameterInfo parameter, ErrorShape shape, RemoteError error, string? message, bool byLikeness, out object? argument)
    {
        var (name, type) = (parameter.Name ?? "", parameter.ParameterType);
        argument = null;
        if (type == typeof(string) && name.Contains("message", StringComparison.OrdinalIgnoreCase))
        {
            argument = message;
            return true;
        }

        if (type.IsAssignableTo(typeof(Exception)))
        {
            argument = error.Inner.FirstOrDefault();
            return argument is null || type.IsInstanceOfType(argument);
        }

        if (error.IsAggregate && type != typeof(object) && type.IsAssignableFrom(typeof(Exception[])))
        {
            argument = error.Inner.ToArray();
            return true;
        }

        foreach (var property in shape.Properties)
        {
            var isIt = byLikeness
                ? ErrorShape.IsLike(property.Name, name) && !property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                : property.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
            if (isIt && error.Properties.TryGetValue(property.Name, out var value) && ErrorValue.TryConvert(value, property.PropertyType, out var own) && ErrorValue.TryConvert(own, type, out argument))
                return true;
        }

        // The same name after all, or the one text that is the message by another name ("reason").
        if (byLikeness && TryKnow(parameter, shape, error, message, byLikeness: false, out argument))
            return true;
        argument = message;
        return byLikeness && type == typeof(string) && message is not null;
    }

    private static bool TryOmit(ParameterInfo parameter, out object? argument)
    {
        argument = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        return parameter.HasDefaultValue || Nullable.GetUnderlyingType(parameter.ParameterType) is not null
            || (!parameter.ParameterType.IsValueType && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable);
    }

    /// <summary>Null: it did not come out as what was thrown. Else which properties differ. Runs user code.</summary>
    private static (Exception Made, IReadOnlyList<string> Lost)? TryMake(ConstructorInfo constructor, object?[] arguments, ErrorShape shape, RemoteError error)
    {
        try
        {
            var made = (Exception)constructor.Invoke(arguments);
            var hasInner = made is AggregateException aggregate ? aggregate.InnerExceptions.SequenceEqual(error.Inner) : made.InnerException == error.Inner.FirstOrDefault();
            if (!hasInner)
                return null;
            SetCommon(made, error);
            var lost = shape.Properties.Where(p => error.Properties.ContainsKey(p.Name) && !TrySet(made, p, error.Properties[p.Name])).Select(p => p.Name).ToList();
            return TrySetMessage(made, error) ? (made, lost) : null;
        }
        catch (Exception)
        {
            // It refuses what it is given; perhaps another constructor takes it.
            return null;
        }
    }

    private static void SetCommon(Exception made, RemoteError error)
    {
        made.HResult = error.HResult;
        made.HelpLink = error.HelpLink;
        made.Source = error.Source;
        foreach (var (key, value) in error.Data)
            made.Data[key] = value;
    }

    /// <summary>Whether the property has the value, if need be by its setter.</summary>
    private static bool TrySet(Exception made, PropertyInfo property, object? value)
    {
        if (Has(made, property, value))
            return true;
        if (ErrorShape.Setter(property) is not { } setter || !ErrorValue.TryConvert(value, property.PropertyType, out var own))
            return false;
        setter.Invoke(made, [own]);
        return Has(made, property, value);
    }

    private static bool Has(Exception made, PropertyInfo property, object? value) =>
        ErrorValue.TryCarry(property.GetValue(made), property.PropertyType, out var carried) && ErrorValue.AreSame(carried, value);

    /// <summary>Constructors and the property itself may add to what they are given, so what they are given is put back, and the outcome compared.</summary>
    private static bool TrySetMessage(Exception made, RemoteError error)
    {
        if (error.IsAggregate)
        {
            ErrorShape.GiveMessage(made, error.GivenMessage);
            return true;
        }

        if (made.Message == error.Message)
            return true;
        ErrorShape.GiveMessage(made, error.GivenMessage);
        if (made.Message == error.Message)
            return true;
        ErrorShape.GiveMessage(made, error.Message);
        return made.Message == error.Message;
    }
}
