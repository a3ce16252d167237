using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Tandem.Executors;

namespace Tandem.Workers;

/// <summary>
/// Work as another process can find it: a method by module version id and metadata token, with the generic arguments of its type and of
/// itself, and the type of delegate as which it was submitted, which says as what types arguments and result travel.
/// (By variance the delegate itself can be of another type, one that takes less derived arguments.)
/// </summary>
internal sealed class WorkReference
{
    /// <summary>By definition, which holds on to no type or module. A delegate that is made anew for each call is the same work to a worker.</summary>
    private static readonly ConcurrentDictionary<string, WorkReference> s_byDefinition = new();

    private static int s_lastId;

    private WorkReference(MethodInfo method, ReadOnlyMemory<byte> definition)
    {
        Name = DisplayName.Of(method);
        IsIdempotent = method.IsDefined(typeof(IdempotentAttribute), inherit: false);
        Id = Interlocked.Increment(ref s_lastId);
        Definition = definition;
    }

    /// <summary>As messages call it: <c>Type.Method</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it may be run again after it was run in part.</summary>
    public bool IsIdempotent { get; }

    /// <summary>Names the work within this process and its workers once a worker has seen the definition.</summary>
    public int Id { get; }

    /// <summary>What a worker needs to find the method.</summary>
    public ReadOnlyMemory<byte> Definition { get; }

    /// <summary>The reference to some work.</summary>
    /// <exception cref="ArgumentException">Another process could not run it; the message says why and what to do.</exception>
    public static WorkReference To<TWork>(TWork work)
        where TWork : Delegate
    {
        if (Known<TWork>.References.TryGetValue(work, out var known))
            return known;
        PortableWork.Check(work);
        return Known<TWork>.References.GetValue(work, static w => To(w.Method, typeof(TWork)));
    }

    /// <summary>The reference to work that gives a result of a type; of <see cref="Nothing"/>, none.</summary>
    /// <exception cref="ArgumentException">Another process could not run it.</exception>
    /// <exception cref="NotSupportedException">The result cannot cross.</exception>
    public static WorkReference To<TWork>(TWork work, Type result, ChosenSerializer? serializer)
        where TWork : Delegate
    {
        var reference = To(work);
        if (result != typeof(Nothing))
            Portability.CheckResult(result, reference.Name, serializer);
        return reference;
    }

    /// <summary>Finds the work again, in the worker.</summary>
    public static (MethodInfo Method, object? Target, Type DelegateType) Resolve(ReadOnlySpan<byte> definition)
    {
        var reader = new WireReader(definition);
        var delegateType = TypeReference.Read(ref reader);
        var module = TypeReference.ReadModule(ref reader);
        var token = reader.ReadInt32();
        var typeArguments = TypeReference.ReadAll(ref reader);
        var methodArguments = TypeReference.ReadAll(ref reader);
        var name = reader.ReadString();

        var method = (MethodInfo)module.ResolveMethod(token)!;
        if (method.Name != name)
            throw new MissingMethodException($"The worker found '{method.Name}' where its parent has '{name}', though both claim the same build of '{module.Assembly.FullName}'. Rebuild it.");
        if (typeArguments.Length > 0)
            method = (MethodInfo)MethodBase.GetMethodFromHandle(method.MethodHandle, method.DeclaringType!.MakeGenericType(typeArguments).TypeHandle)!;
        if (methodArguments.Length > 0)
            method = method.MakeGenericMethod(methodArguments);

        // A lambda that captures nothing is an instance method of a class without fields.
        var target = method.IsStatic ? null : RuntimeHelpers.GetUninitializedObject(method.DeclaringType!);
        return (method, target, delegateType);
    }

    private static WorkReference To(MethodInfo method, Type delegateType)
    {
        var writer = new WireWriter();
        TypeReference.Write(writer, delegateType);
        TypeReference.WriteModule(writer, method.Module);
        writer.WriteInt32(method.MetadataToken);
        TypeReference.WriteAll(writer, method.DeclaringType!.GenericTypeArguments);
        TypeReference.WriteAll(writer, method.IsGenericMethod ? method.GetGenericArguments() : []);
        writer.WriteString(method.Name);
        var definition = writer.Written;
        return s_byDefinition.GetOrAdd(Convert.ToBase64String(definition.Span), static (_, work) => new WorkReference(work.method, work.definition), (method, definition));
    }

    // Lambdas and method groups that capture nothing are made once and kept by their caller, so most calls find their reference here.
    private static class Known<TWork>
        where TWork : Delegate
    {
        public static readonly ConditionalWeakTable<TWork, WorkReference> References = [];
    }
}
