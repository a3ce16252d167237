using System.Reflection;

namespace Tandem.Workers;

/// <summary>
/// Names types and modules so that another process with the same assemblies finds exactly the same ones: by module version id and metadata
/// token. Only references that the parent wrote are resolved; nothing that comes back from a worker names a type to load.
/// </summary>
internal static class TypeReference
{
    private const byte Definition = 0;
    private const byte SingleDimensionalArray = 1;
    private const byte MultiDimensionalArray = 2;

    public static void Write(WireWriter writer, Type type)
    {
        if (type.IsArray)
        {
            writer.WriteByte(type.IsSZArray ? SingleDimensionalArray : MultiDimensionalArray);
            if (!type.IsSZArray)
                writer.WriteInt32(type.GetArrayRank());
            Write(writer, type.GetElementType()!);
            return;
        }

        writer.WriteByte(Definition);
        WriteModule(writer, type.Module);
        writer.WriteInt32(type.MetadataToken);
        WriteAll(writer, type.GenericTypeArguments);
    }

    public static void WriteAll(WireWriter writer, Type[] types)
    {
        writer.WriteInt32(types.Length);
        foreach (var type in types)
            Write(writer, type);
    }

    public static void WriteModule(WireWriter writer, Module module)
    {
        writer.WriteString(module.Assembly.FullName!);
        writer.WriteString(module.Assembly.Location);
        writer.WriteGuid(module.ModuleVersionId);
    }

    public static Type Read(ref WireReader reader)
    {
        switch (reader.ReadByte())
        {
            case SingleDimensionalArray:
                return Read(ref reader).MakeArrayType();
            case MultiDimensionalArray:
                var rank = reader.ReadInt32();
                return Read(ref reader).MakeArrayType(rank);
            default:
                var definition = ReadModule(ref reader).ResolveType(reader.ReadInt32());
                var arguments = ReadAll(ref reader);
                return arguments.Length == 0 ? definition : definition.MakeGenericType(arguments);
        }
    }

    public static Type[] ReadAll(ref WireReader reader)
    {
        var types = new Type[reader.ReadInt32()];
        for (var i = 0; i < types.Length; i++)
            types[i] = Read(ref reader);
        return types;
    }

    /// <summary>Finds a module by its assembly's name, or by its file where the application knows another build or none, and makes sure that it is the same build.</summary>
    public static Module ReadModule(ref WireReader reader)
    {
        var name = new AssemblyName(reader.ReadString());
        var location = reader.ReadString();
        var version = reader.ReadGuid();
        var shared = PlugInContext.FindShared(name);
        return Find(shared, version)
            ?? Find(PlugInContext.Load(location), version)
            ?? throw (shared is null
                ? new FileNotFoundException($"The worker found neither '{name}' among the application's assemblies nor the file '{location}', from which its parent has it. An assembly that is loaded from memory cannot go to a worker; load it from its file.")
                : new FileLoadException($"The worker found another build of '{name}' (in '{shared.Location}') than its parent runs (from '{location}'). Rebuild, or restart the parent, so that both load the same file."));
    }

    private static Module? Find(Assembly? assembly, Guid version) => assembly?.GetModules().FirstOrDefault(m => m.ModuleVersionId == version);
}
