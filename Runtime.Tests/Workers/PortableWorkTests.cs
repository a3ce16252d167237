using System.Linq.Expressions;
using System.Reflection.Emit;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Work that another process could not run is refused by Submit itself, with the names of what it captures and the remedy.</summary>
public sealed class PortableWorkTests : IDisposable
{
    // Never started: what these tests submit is refused before any worker is needed.
    private readonly ProcessExecutor _executor = new(1);
    private readonly int _field = 1;

    public void Dispose() => _executor.Dispose();

    [Fact]
    public void CapturedVariables_AreNamed()
    {
        var rate = 3;
        var name = "x";
        Refused("a lambda in PortableWorkTests.CapturedVariables_AreNamed, captures 'name' and 'rate'", () => _executor.Submit(() => name + rate));
        Refused("make the lambda static", () => _executor.Submit(() => name + rate));
        Refused("captures 'rate', which", () => _executor.Map(x => x * rate, [1]));
    }

    [Fact]
    public void DelegatesThatAreMadeAnew_AreTheSameWork()
    {
        // A worker keeps what it knows of each work.
        Assert.Same(WorkReference.To(Fresh<Func<int, int>>()), WorkReference.To(Fresh<Func<int, int>>()));
        Assert.NotSame(WorkReference.To(Fresh<Func<int, int>>()), WorkReference.To(Fresh<Converter<int, int>>()));
        Assert.NotSame(WorkReference.To(Work.NameOf<int>), WorkReference.To(Work.NameOf<long>));
        Assert.NotSame(WorkReference.To(Work.Of<int>.NameWith<long>), WorkReference.To(Work.Of<long>.NameWith<long>));

        static TWork Fresh<TWork>()
            where TWork : Delegate => typeof(Work).GetMethod(nameof(Work.Double))!.CreateDelegate<TWork>();
    }

    [Fact]
    public void CapturesOfAnOuterScope_AreNamedToo()
    {
        var outer = 1;
        for (var i = 0; i < 1; i++)
        {
            var inner = i;
            Refused("captures 'inner' and 'outer'", () => _executor.Submit(() => inner + outer));
            outer++;
        }
    }

    [Fact]
    public void CapturedThis_IsNamed()
    {
        Refused("PortableWorkTests", () => _executor.Submit(() => _field));
        var local = 2;
        Refused("captures this and 'local'", () => _executor.Submit(() => _field + local));
    }

    [Fact]
    public void InstanceMethods_AreRefused()
    {
        Refused("PortableWorkTests.Instance", () => _executor.Submit(Instance));
        Refused("Make the method static", () => _executor.Submit(Instance));
        Refused("object would stay behind", () => _executor.Submit(new Stateless().Get));
    }

    [Fact]
    public void AnExtensionMethodBoundToItsValue_IsRefused() =>
        Refused("bound to a value of type string", () => _executor.Submit("text".Shout));

    [Fact]
    public void ALocalFunctionThatCaptures_IsRefused()
    {
        var rate = 3;
        Refused("PortableWorkTests.ALocalFunctionThatCaptures_IsRefused.Scale, captures 'rate'", () => _executor.Submit(Scale, 2));

        int Scale(int x) => x * rate;
    }

    [Fact]
    public void MulticastDelegates_AreRefused()
    {
        Action both = static () => { };
        both += static () => { };
        Refused("multicast", () => _executor.Submit(both));
    }

    [Fact]
    public void WorkMadeAtRunTime_IsRefused()
    {
        Refused("made at run time", () => _executor.Submit(Expression.Lambda<Func<int>>(Expression.Constant(1)).Compile()));

        var method = new DynamicMethod("Made", typeof(int), null);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Ret);
        Refused("made at run time", () => _executor.Submit(method.CreateDelegate<Func<int>>()));
    }

    private static void Refused(string said, Action submit)
    {
        var thrown = AtOnce.Throws<ArgumentException>("work", submit);
        Assert.True(thrown.Message.Contains(said, StringComparison.Ordinal), thrown.Message);
    }

    private int Instance() => _field;

    private sealed class Stateless
    {
        public int Get() => 1;
    }
}

internal static class Shouting
{
    public static string Shout(this string text) => text.ToUpperInvariant();
}
