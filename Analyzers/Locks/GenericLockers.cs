using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>The generic methods of a compilation that lock an argument whose type they do not know: <c>void With&lt;T&gt;(T gate) { lock (gate) … }</c>.</summary>
internal sealed class GenericLockers
{
    private readonly INamedTypeSymbol _lock;
    private readonly HashSet<string> _names;

    private GenericLockers(INamedTypeSymbol theLock, HashSet<string> names) => (_lock, _names) = (theLock, names);

    /// <summary>Null where there is no such method, or no System.Threading.Lock.</summary>
    public static GenericLockers? Of(Compilation compilation, CancellationToken cancellationToken)
    {
        if (KnownSymbols.Of(compilation).Type("System.Threading.Lock") is not { } theLock) return null;
        var names = new HashSet<string>();
        foreach (var statement in compilation.SyntaxTrees.SelectMany(tree => LockSites.Of(tree, LockTable.KnownNames, cancellationToken).Functions).SelectMany(static function => function.Statements))
            if (statement.Expression is IdentifierNameSyntax gate && statement.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { TypeParameterList: { } types } method && Parameter(method, gate) is { Type: IdentifierNameSyntax type } && types.Parameters.Any(parameter => parameter.Identifier.ValueText == type.Identifier.ValueText))
                names.Add(method.Identifier.ValueText);

        return names.Count == 0 ? null : new GenericLockers(theLock, names);
    }

    /// <summary>The Lock that <paramref name="call"/> passes to such a method; null if it does not.</summary>
    public ExpressionSyntax? LockedArgument(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        var name = call.Expression switch
        {
            MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            _ => "",
        };
        if (!_names.Contains(name) || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { IsGenericMethod: true } method) return null;
        if (method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is not MethodDeclarationSyntax declaration) return null;

        foreach (var argument in call.ArgumentList.Arguments)
        {
            if (!SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(argument.Expression, cancellationToken).Type, _lock)) continue;
            if (model.GetOperation(argument, cancellationToken) is not Microsoft.CodeAnalysis.Operations.IArgumentOperation { Parameter.OriginalDefinition: { Type: ITypeParameterSymbol, Name: var parameter } }) continue;
            if (declaration.DescendantNodes().OfType<LockStatementSyntax>().Any(statement => statement.Expression is IdentifierNameSyntax gate && gate.Identifier.ValueText == parameter)) return argument.Expression;
        }

        return null;
    }

    private static ParameterSyntax? Parameter(MethodDeclarationSyntax method, IdentifierNameSyntax name) =>
        method.ParameterList.Parameters.FirstOrDefault(parameter => parameter.Identifier.ValueText == name.Identifier.ValueText);
}
