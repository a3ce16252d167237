using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>The bodies of a compilation, each read when it is first asked for. Names narrow the search, and only what may matter is bound.</summary>
internal sealed class BodyTable
{
    private static readonly ConditionalWeakTable<Compilation, BodyTable> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<SyntaxNode, Body?> _bodies = new();

    private BodyTable(Compilation compilation)
    {
        _compilation = compilation;
        Names = new NameTable(compilation);
    }

    public NameTable Names { get; }

    public static BodyTable Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static compilation => new BodyTable(compilation));

    /// <summary>The body of a member, as <see cref="TreeIndex.MemberOf"/> names it; null where it has none, or is nested too deep to be read.</summary>
    public Body? Of(SyntaxNode member) => _bodies.GetOrAdd(member, Read);

    /// <summary>The body of a method of this compilation; of the part that has one, if it is partial.</summary>
    public Body? Of(IMethodSymbol method)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            // A project that this one references is another compilation; its bodies are not to be seen, as they are not in its assembly.
            if (!_compilation.ContainsSyntaxTree(reference.SyntaxTree)) return null;
            var syntax = reference.GetSyntax();
            if (syntax is LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax)
                return TreeIndex.MemberOf(syntax) is { } member ? Of(member)?.SelfAndNested().FirstOrDefault(body => SymbolEqualityComparer.Default.Equals(body.Method, method)) : null;
            if (TreeIndex.MemberOf(syntax) is { } own && Of(own) is { } body) return body;
        }

        return null;
    }

    /// <summary>All bodies, nested ones included, of the members that may use the field or property; null if there are too many to look at.</summary>
    public IEnumerable<Body>? Using(ISymbol state) => Of(Names.Using(state));

    /// <summary>The same for those that may call the method by the name, or pass it on, as far as they matter.</summary>
    public IEnumerable<Body>? Calling(IMethodSymbol method, string name, Func<MemberNames, bool> matters) => Of(Names.Calling(method, name, matters));

    private IEnumerable<Body>? Of(IReadOnlyList<MemberNames>? members) =>
        members?.Select(names => Of(names.Member)).OfType<Body>().SelectMany(static body => body.SelfAndNested());

    private Body? Read(SyntaxNode member)
    {
#pragma warning disable RS1030 // The rules pull what other files tell; the compilation's own models are the driver's, bound once for both.
        var model = _compilation.GetSemanticModel(member.SyntaxTree);
#pragma warning restore RS1030
        try
        {
            if (model.GetOperation(member) is not { } root || MethodOf(member, model) is not { } method) return null;
            var body = BodyReader.Read(method, root, null, new LocalTable(root));
            HeldByBody.Add(body, model);
            return body;
        }
        catch (InsufficientExecutionStackException)
        {
            return null;
        }
    }

    private static IMethodSymbol? MethodOf(SyntaxNode member, SemanticModel model) => member switch
    {
        CompilationUnitSyntax unit => model.GetDeclaredSymbol(unit),
        ArrowExpressionClauseSyntax { Parent: { } property } => (model.GetDeclaredSymbol(property) as IPropertySymbol)?.GetMethod,
        // An initializer runs as part of the constructor.
        EqualsValueClauseSyntax { Parent: { } declarator } => model.GetDeclaredSymbol(declarator) switch
        {
            { IsStatic: true } field => field.ContainingType.StaticConstructors.FirstOrDefault() ?? field.ContainingType.InstanceConstructors.FirstOrDefault(),
            { } field => field.ContainingType.InstanceConstructors.FirstOrDefault(),
            _ => null,
        },
        _ => model.GetDeclaredSymbol(member) as IMethodSymbol,
    };
}
