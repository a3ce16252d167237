using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Tandem.Runtime.Tests.Workers;

namespace Tandem.Runtime.Tests.Launch;

/// <summary>Work of plug-ins, which the application's own list of assemblies does not know, runs in a worker with what lies beside them.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class PlugInTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tandem-plugins-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task AMethodOfAPlugIn_Runs_WithTheAssembliesBesideIt()
    {
        var plugIn = Load(Save("plug-in", factor: 3));
        await using var executor = new ProcessExecutor(1);
        Assert.Equal(21, await executor.Submit(Scale(plugIn), 7).Soon());
    }

    [Fact]
    public async Task TwoPlugIns_WithAssembliesOfOneName_StayApart()
    {
        var (one, other) = (Load(Save("one", factor: 3)), Load(Save("other", factor: 5)));
        await using var executor = new ProcessExecutor(1);
        Assert.Equal(21, await executor.Submit(Scale(one), 7).Soon());
        Assert.Equal(35, await executor.Submit(Scale(other), 7).Soon());
    }

    [Fact]
    public async Task APlugInThatWasLoadedFromMemory_IsNamed_WithTheRemedy()
    {
        using var file = File.OpenRead(Save("plug-in", factor: 3));
        var plugIn = new AssemblyLoadContext("memory").LoadFromStream(file);
        await using var executor = new ProcessExecutor(1);
        var thrown = await Assert.ThrowsAsync<FileNotFoundException>(() => executor.Submit(Scale(plugIn), 7).Soon());
        Assert.Contains("'Scaling, ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("load it from its file", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>Writes two assemblies into a folder of their own: Scaling has a method that asks Factors.</summary>
    private string Save(string folder, int factor)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, folder)).FullName;
        var factors = new PersistedAssemblyBuilder(new AssemblyName("Factors"), typeof(object).Assembly);
        var get = Define(factors, "Factors", static il => { }, parameters: []);
        get.Generator.Emit(OpCodes.Ldc_I4, factor);
        get.Generator.Emit(OpCodes.Ret);
        get.Type.CreateType();
        factors.Save(Path.Combine(directory, "Factors.dll"));

        var scaling = new PersistedAssemblyBuilder(new AssemblyName("Scaling"), typeof(object).Assembly);
        var scale = Define(scaling, "Scaling", static il => il.Emit(OpCodes.Ldarg_0), typeof(int));
        scale.Generator.Emit(OpCodes.Call, get.Method);
        scale.Generator.Emit(OpCodes.Mul);
        scale.Generator.Emit(OpCodes.Ret);
        scale.Type.CreateType();
        var file = Path.Combine(directory, "Scaling.dll");
        scaling.Save(file);
        return file;
    }

    private static (TypeBuilder Type, MethodBuilder Method, ILGenerator Generator) Define(PersistedAssemblyBuilder assembly, string name, Action<ILGenerator> begin, params Type[] parameters)
    {
        var type = assembly.DefineDynamicModule(name).DefineType(name, TypeAttributes.Public);
        var method = type.DefineMethod("Of", MethodAttributes.Public | MethodAttributes.Static, typeof(int), parameters);
        var generator = method.GetILGenerator();
        begin(generator);
        return (type, method, generator);
    }

    private static Assembly Load(string file) => new Context(Path.GetDirectoryName(file)!).LoadFromAssemblyPath(file);

    private static Func<int, int> Scale(Assembly plugIn) => plugIn.GetType("Scaling")!.GetMethod("Of")!.CreateDelegate<Func<int, int>>();

    /// <summary>As an application writes it.</summary>
    private sealed class Context(string folder) : AssemblyLoadContext("plug-in")
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            Path.Combine(folder, $"{assemblyName.Name}.dll") is var file && File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }
}
