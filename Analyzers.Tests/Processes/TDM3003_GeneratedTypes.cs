using FsCheck;
using FsCheck.Fluent;

namespace Tandem.Analyzers.Tests.Processes;

/// <summary>A type as C# writes it, with the declarations that it needs.</summary>
internal sealed record GeneratedType(string Name, string Declarations)
{
    public static implicit operator GeneratedType(string name) => new(name, "");

    public GeneratedType Within(Func<string, string> name) => new(name(Name), Declarations);
}

/// <summary>Generates types that users might hand to a worker process: what can cross in one of them and what cannot, nested to a depth.</summary>
internal static class GeneratedTypes
{
    private static int s_last;

    private static readonly Gen<string> s_plain = Gen.Elements("int", "bool", "char", "decimal", "double", "DayOfWeek", "Guid", "DateTime", "DateTimeOffset", "TimeSpan", "Half", "(int, long)", "KeyValuePair<int, byte>");

    // The second half cannot cross.
    private static readonly Gen<GeneratedType> s_leaves = Gen.Frequency(
        (12, s_plain.Select(static name => (GeneratedType)name)),
        (3, s_plain.Select(static name => (GeneratedType)$"{name}?")),
        (6, Gen.Constant<GeneratedType>("string")),
        (4, Gen.Elements<GeneratedType>("Uri", "Version", "System.Numerics.BigInteger", "JsonElement", "System.Text.Json.Nodes.JsonNode", "ProcessLock", "ProcessQueue<string>", "SharedArray<int>", "PipeEnd<int>", "ProcessSemaphore")),
        (6, Gen.Elements<GeneratedType>("Stream", "Socket", "Action", "Func<int>", "Task", "Task<int>", "nint", "CancellationToken", "object", "Lock", "ThreadLock", "SemaphoreSlim", "Thread", "Type", "Exception", "IDisposable",
            "IComparable<int>", "BlockingCollection<int>", "IAsyncEnumerable<int>", "IQueryable<int>", "Lazy<int>", "int[,]", "ArraySegment<int>", "Random", "ThreadQueue<int>", "System.Text.RegularExpressions.Regex", "System.Net.IPAddress")));

    private static readonly string[] s_collections =
    [
        "{0}[]", "List<{0}>", "HashSet<{0}>", "Queue<{0}>", "Stack<{0}>", "LinkedList<{0}>", "IReadOnlyList<{0}>", "IList<{0}>", "ICollection<{0}>", "IReadOnlyCollection<{0}>", "IEnumerable<{0}>", "ISet<{0}>", "IReadOnlySet<{0}>",
        "ImmutableArray<{0}>", "ImmutableList<{0}>", "ImmutableHashSet<{0}>", "IImmutableSet<{0}>", "ConcurrentBag<{0}>", "ConcurrentQueue<{0}>", "System.Collections.ObjectModel.Collection<{0}>",
        "System.Collections.ObjectModel.ReadOnlyCollection<{0}>", "System.Collections.ObjectModel.ObservableCollection<{0}>", "System.Collections.Frozen.FrozenSet<{0}>", "Memory<{0}>", "ReadOnlyMemory<{0}>", "SortedSet<{0}>",
        "Dictionary<string, {0}>", "IReadOnlyDictionary<Guid, {0}>", "SortedDictionary<int, {0}>", "ConcurrentDictionary<DayOfWeek, {0}>", "ImmutableDictionary<string, {0}>", "Dictionary<Uri, {0}>", "Dictionary<Version, {0}>", "Dictionary<int?, {0}>", "ImmutableStack<{0}>", "ConcurrentStack<{0}>",
        "System.Collections.Frozen.FrozenDictionary<string, {0}>", "KeyValuePair<string, {0}>", "Tuple<int, {0}>", "({0}, string)", "(int, {0}, long)", "ILookup<int, {0}>", "IEnumerator<{0}>", "{0}[][]", "PriorityQueue<{0}, int>",
    ];

    public static Gen<GeneratedType> All => Gen.Sized(static size => Of(Math.Min(3, size / 8)));

    private static Gen<GeneratedType> Of(int depth) => depth == 0 ? s_leaves : Gen.Frequency(
        (1, s_leaves),
        (2, from form in Gen.Elements(s_collections) from item in Of(depth - 1) select item.Within(name => string.Format(form, name))),
        (6, Declared(depth - 1)));

    private static Gen<GeneratedType> Declared(int depth) => Gen.Frequency(
        (10, from kind in Gen.Elements("class", "sealed class", "struct", "record", "record struct", "readonly struct", "abstract class")
             from members in Members(depth)
             from construction in Gen.Choose(0, 7)
             from attribute in Gen.Frequency((14, Gen.Constant("")), (1, Gen.Constant("[ProcessPortable] ")), (1, Gen.Constant("[JsonConverter(typeof(Any))] ")))
             select Class(kind, members, construction, attribute, parent: null)),
        (3, from parent in Base(depth) from members in Members(depth) from listed in Gen.Choose(0, 2) select Derived(parent, members, listed)),
        (2, from members in Members(depth) from kind in Gen.Elements("record", "record struct", "class", "struct") select Positional(kind, members)),
        (2, from item in Of(depth) from form in Gen.Choose(0, 8) select Collection(item, form)));

    private static Gen<IList<GeneratedMember>> Members(int depth) =>
        from count in Gen.Choose(0, 3)
        from members in Gen.ListOf(from type in Of(depth) from form in Gen.Choose(0, GeneratedMember.Forms.Length - 1) select new GeneratedMember(type, GeneratedMember.Forms[form]), count)
        select (IList<GeneratedMember>)[.. members.Select(static (member, i) => member with { Name = $"M{i}" })];

    private static Gen<GeneratedType> Base(int depth) => from kind in Gen.Elements("class", "abstract class") from members in Members(depth) select Class(kind, members, construction: 0, attribute: "", parent: null);

    private static string NewName() => $"T{Interlocked.Increment(ref s_last)}";

    private static string Declarations(IEnumerable<GeneratedMember> members) => string.Concat(members.Select(static m => m.Type.Declarations));

    private static GeneratedType Class(string kind, IList<GeneratedMember> members, int construction, string attribute, GeneratedType? parent)
    {
        var name = NewName();
        var body = string.Concat(members.Select(m => "    " + m.Written(kind) + "\n"));
        var settable = members.Where(static m => m.IsSettable).ToList();
        var parameters = string.Join(", ", settable.Select(static m => $"{m.Type.Name} {m.Parameter}"));
        var assigned = string.Concat(settable.Select(static m => $" {m.Target} = {m.Parameter};"));
        var access = kind == "abstract class" ? "protected" : "public";
        body += construction switch
        {
            1 when settable.Count > 0 => $"    {access} {name}({parameters}) {{{assigned} }}\n",
            2 when settable.Count > 0 => $"    {access} {name}() {{ }}\n    {access} {name}({parameters}) {{{assigned} }}\n",
            3 when settable.Count > 0 => $"    {access} {name}() {{ }}\n    [JsonConstructor] {access} {name}({parameters}) {{{assigned} }}\n",
            4 => $"    {access} {name}(int other) {{ }}\n",
            5 when !kind.Contains("struct") => $"    private {name}() {{ }}\n",
            6 when !kind.Contains("struct") => $"    [JsonConstructor] private {name}() {{ }}\n",
            _ => "",
        };
        return new(name, $"{Declarations(members)}{parent?.Declarations}{attribute}public unsafe {kind} {name}{(parent is null ? "" : $" : {parent.Name}")}\n{{\n{body}}}\n");
    }

    private static GeneratedType Derived(GeneratedType parent, IList<GeneratedMember> members, int listed)
    {
        var derived = Class("class", [.. members.Select(static m => m with { Name = "D" + m.Name })], construction: 0, attribute: "", parent);
        if (listed == 0) return derived;

        // The base is what is handed over, and names what may stand for it.
        var attribute = listed == 1 ? $"[JsonDerivedType(typeof({derived.Name}), \"derived\")] " : $"[JsonDerivedType(typeof({derived.Name}))] ";
        var at = derived.Declarations.IndexOf($"class {parent.Name}\n", StringComparison.Ordinal);
        at = derived.Declarations.LastIndexOf('\n', at) + 1;
        return new(parent.Name, derived.Declarations.Insert(at, attribute));
    }

    private static GeneratedType Positional(string kind, IList<GeneratedMember> members)
    {
        var name = NewName();
        var parameters = string.Join(", ", members.Select(static m => $"{m.Type.Name} {m.Name}"));
        // A class keeps of its parameters what its members use.
        var body = kind.StartsWith("record", StringComparison.Ordinal) ? ""
            : string.Concat(members.Select(static (m, i) => i == 0 ? $"    public {m.Type.Name} P{i} => {m.Name};\n" : $"    public {m.Type.Name} {m.Name.ToLowerInvariant()} {{ get; }} = {m.Name};\n"));
        return new(name, $"{Declarations(members)}public unsafe {kind} {name}({parameters})\n{{\n{body}}}\n");
    }

    private static GeneratedType Collection(GeneratedType item, int form)
    {
        var (name, type) = (NewName(), item.Name);
        var enumerators = $"public IEnumerator<{type}> GetEnumerator() => null!; IEnumerator IEnumerable.GetEnumerator() => null!;";
        return new(name, item.Declarations + form switch
        {
            0 => $"public unsafe class {name} : List<{type}>;\n",
            1 => $"public unsafe class {name} : List<{type}> {{ public string? Title {{ get; set; }} }}\n",
            2 => $"public unsafe class {name} : Dictionary<string, {type}> {{ private int _count; [JsonIgnore] public int Count2; }}\n",
            3 => $"public unsafe class {name} : IEnumerable<{type}> {{ {enumerators} }}\n",
            4 => $"public unsafe class {name}(int size) : List<{type}>(size);\n",
            5 => $"public unsafe interface {name} : IReadOnlyList<{type}>;\n",
            6 => $"public unsafe class {name} : ICollection<{type}> {{ private List<{type}> _items = []; {enumerators} public int Count => 0; public bool IsReadOnly => false; public void Add({type} item) {{ }} public void Clear() {{ }} public bool Contains({type} item) => false; public void CopyTo({type}[] array, int at) {{ }} public bool Remove({type} item) => false; }}\n",
            7 => $"public unsafe class {name} : Stack<{type}>;\n",
            _ => $"public unsafe class {name} : Queue<{type}> {{ public event Action? Changed; }}\n",
        });
    }
}

/// <summary>A member of a generated type, in one of the forms that a user might write.</summary>
internal sealed record GeneratedMember(GeneratedType Type, string Form)
{
    // {0}: its type, {1}: its name, {2}: that of its field.
    public static readonly string[] Forms =
    [
        "public {0} {1} {{ get; set; }} = default!;", "public {0} {1} {{ get; init; }} = default!;", "public {0} {1} {{ get; private set; }} = default!;", "public {0} {1} {{ get; }} = default!;", "public {0} {1} {{ get; set; }} = default!;",
        "public {0} {1} = default!;", "public readonly {0} {1} = default!;", "private {0} {2} = default!;", "[JsonIgnore] public {0} {1} {{ get; set; }} = default!;", "[JsonIgnore] private {0} {2} = default!;",
        "[JsonInclude] public {0} {1} {{ get; private set; }} = default!;", "[JsonInclude] private {0} {2} = default!;", "[JsonInclude] internal {0} {1} {{ get; set; }} = default!;", "internal {0} {1} {{ get; set; }} = default!;",
        "private {0} {2} = default!; public {0} {1} {{ get => {2}; set => {2} = value; }}", "private {0} {2} = default!; public {0} {1} {{ get {{ return {2}; }} set {{ if (Equals({2}, value)) return; {2} = value; }} }}",
        "private {0} {2} = default!; public {0} {1} => {2};", "private {0} {2} = default!; private int {2}Version; public {0} {1} {{ get => {2}; set {{ {2} = value; {2}Version++; }} }}",
        "private {0} {2} = default!; private int {2}Version; public {0} {1} {{ get => {2}Version > 0 ? {2} : default!; set => {2} = value; }}", "public {0} {1} => default!;", "public static {0} {1} {{ get; set; }} = default!;",
        "[JsonConverter(typeof(Any))] public {0} {1} {{ get; set; }} = default!;", "public event Action<{0}>? {1};", "[field: JsonIgnore] public event Action<{0}>? {1};", "public event Action<{0}>? {1} {{ add {{ }} remove {{ }} }}",
        "public {0} this[{3} {2}] {{ get => default!; set {{ }} }}", "[JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public {0} {1} {{ get; set; }} = default!;", "[field: JsonIgnore] public {0} {1} {{ get; }} = default!;",
        "public {0} {1} {{ private get; set; }} = default!;", "private {0} {2} = default!; public {0} {1} {{ get => {2}; init => Set{2}(ref {2}, value); }} private static void Set{2}<TValue>(ref TValue target, TValue value) => target = value;",
        "private {0} {2} = default!; [JsonIgnore] public {0} {1} => {2};", "public {0} {1} {{ get => field; set => field = value; }} = default!;", "[JsonPropertyName(\"renamed\")] public {0} {1} {{ get; set; }} = default!;",
        "public {0} {1} {{ set {{ }} }}", "protected {0} {1} {{ get; set; }} = default!;",
    ];

    public string Name { get; init; } = "";

    public string Parameter => Name.ToLowerInvariant();

    public string Field => "_" + Parameter;

    public bool IsSettable => Form.StartsWith("public {0} {1} {{ get;", StringComparison.Ordinal) || Form.StartsWith("public {0} {1} = ", StringComparison.Ordinal) || Form.StartsWith("public readonly", StringComparison.Ordinal);

    public string Target => $"this.{Name}";

    public string Written(string kind)
    {
        // No two indexers are alike.
        string[] indexes = ["string", "int", "long"];
        var form = kind == "readonly struct" && !Form.Contains("readonly", StringComparison.Ordinal) ? "public {0} {1} {{ get; init; }} = default!;" : Form;
        var text = string.Format(form, Type.Name, Name, Field, (Name[0] == 'D' ? "byte first, " : "") + indexes[Name[^1] - '0']);
        // A struct has no initializers unless it has a constructor.
        return kind.Contains("struct", StringComparison.Ordinal) ? text.Replace("protected", "private", StringComparison.Ordinal).Replace("} = default!;", "}", StringComparison.Ordinal).Replace(" = default!;", ";", StringComparison.Ordinal) : text;
    }
}
