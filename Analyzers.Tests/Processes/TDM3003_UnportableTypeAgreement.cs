using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Processes;

namespace Tandem.Analyzers.Tests.Processes;

/// <summary>What the analyzer reports of a Submit of each of some types, beside what the runtime's own check at Submit says of the same types.</summary>
internal static class UnportableTypeAgreement
{
    private const string Usings = """
        #nullable enable
        using System;
        using System.Collections;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using System.IO;
        using System.Linq;
        using System.Net.Sockets;
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        namespace Tandem
        {
            // A library's own.
            public sealed class ProcessPortableAttribute : Attribute;
        }

        public sealed class Any : JsonConverterFactory
        {
            public override bool CanConvert(Type type) => true;
            public override JsonConverter? CreateConverter(Type type, JsonSerializerOptions options) => (JsonConverter?)Activator.CreateInstance(typeof(Of<>).MakeGenericType(type));

            private sealed class Of<T> : JsonConverter<T>
            {
                public override T? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => default;
                public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNullValue();
            }
        }

        """;

    // All that the tests run on, so that both sides see the same assemblies.
    private static readonly ImmutableArray<MetadataReference> s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))];

    /// <summary>Each type as it is written, with what the two say; null where it may cross.</summary>
    public static async Task<IReadOnlyList<(string Type, string? Analyzer, string? Runtime)>> Ask(string declarations, IReadOnlyList<string> types)
    {
        // One line for each, by which its diagnostics are found.
        var submits = types.Select(static (type, i) => $"    static Task Submit{i}(ProcessExecutor executor, {type} argument) => executor.Submit(static ({type} x) => {{ }}, argument);");
        var head = $"{Usings}{declarations}\nstatic unsafe class Submits\n{{\n";
        var tree = CSharpSyntaxTree.ParseText($"{head}{string.Join('\n', submits)}\n}}\n", new CSharpParseOptions(ProjectDefaults.Newest));
        var compilation = CSharpCompilation.Create($"Agreement{Guid.NewGuid():N}", [tree], s_references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error).Take(5).Select(d => $"{d}: {tree.GetText().Lines[d.Location.GetLineSpan().StartLinePosition.Line]}")));

        var found = await compilation.WithAnalyzers([new UnportableTypeAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(found, static d => d.Id == "AD0001");
        var reported = found.ToLookup(static d => d.Location.GetLineSpan().StartLinePosition.Line, static d => d.GetMessage());
        var firstLine = head.Count(static character => character == '\n');

        var submitting = new AssemblyLoadContext(name: null, isCollectible: false).LoadFromStream(new MemoryStream(image.ToArray())).GetType("Submits")!;
        return
        [
            .. types.Select((type, i) => (type, reported[firstLine + i].FirstOrDefault(),
                Refused(submitting.GetMethod($"Submit{i}", BindingFlags.Static | BindingFlags.NonPublic)!.GetParameters()[1].ParameterType))),
        ];
    }

    private static string? Refused(Type type)
    {
        // A token of its own does not cross: the worker gets another, which is told.
        if (type == typeof(CancellationToken)) return null;
        try
        {
            Tandem.Workers.Portability.CheckArgument(type, 1, "Work");
            return null;
        }
        catch (NotSupportedException refusal)
        {
            return refusal.Message;
        }
    }
}
