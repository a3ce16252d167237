using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Processes;

/// <summary>Puts a ProcessQueue in the place of a pipe whose one end only sends and whose other end only receives: both ends become the queue.</summary>
internal sealed class QueueForPipe
{
    private const string Queue = "queue";

    private static readonly Dictionary<string, string> s_names = new()
    {
        ["Send"] = "Put", ["TrySend"] = "TryPut", ["SendAsync"] = "PutAsync",
        ["Receive"] = "Take", ["TryReceive"] = "TryTake", ["ReceiveAsync"] = "TakeAsync",
    };

    private readonly SemanticModel _model;
    private readonly List<TextChange> _changes = [];
    private readonly Dictionary<ISymbol, HashSet<bool>> _sends = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<MethodDeclarationSyntax, int> _methods = [];

    private QueueForPipe(SemanticModel model) => _model = model;

    /// <summary>The changes, or null where the ends are used for anything else, or where the end of the pipe is waited for.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IOperation end)
    {
        if (end is not ILocalReferenceOperation { Local: { DeclaringSyntaxReferences: { Length: 1 } declarations } }) return null;
        // var (here, there) = ProcessPipe.Create<int>();
        if (declarations[0].GetSyntax() is not SingleVariableDesignationSyntax { Parent: ParenthesizedVariableDesignationSyntax { Variables.Count: 2, Parent: DeclarationExpressionSyntax { Parent: AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax statement } made } } both }) return null;
        if (made.Right is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: GenericNameSyntax { TypeArgumentList: var item } } }) return null;
        if (((CSharpParseOptions)model.SyntaxTree.Options).LanguageVersion < LanguageVersion.CSharp8) return null;

        var fix = new QueueForPipe(model);
        var ends = both.Variables.Select(variable => variable is SingleVariableDesignationSyntax single ? model.GetDeclaredSymbol(single) : null).ToList();
        if (statement.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member || member.DescendantTokens().Any(static token => token.ValueText is Queue or "EndOfStreamException")) return null;

        foreach (var local in ends.OfType<ILocalSymbol>())
            if (!fix.Follow(local, local, WorkValue.Root(end))) return null;
        if (ends.Any(local => local is null || !fix._sends.ContainsKey(local)) || fix._sends[ends[0]!].Overlaps(fix._sends[ends[1]!]) || fix._sends.Values.Any(static sends => sends.Count > 1)) return null;
        if (fix._methods.Any(method => method.Key.FirstAncestorOrSelf<TypeDeclarationSyntax>()!.DescendantNodes().OfType<SimpleNameSyntax>().Count(name => name.Identifier.ValueText == method.Key.Identifier.ValueText) != method.Value)) return null;

        fix._changes.Add(new TextChange(statement.Span, $"using var {Queue} = new ProcessQueue{item}();"));
        return [.. fix._changes.Distinct()];
    }

    /// <summary>Makes all uses of the variable, an end or a parameter that gets one, uses of the queue; false where one can't be.</summary>
    private bool Follow(ISymbol variable, ISymbol end, IOperation root)
    {
        if (!_sends.ContainsKey(end)) _sends[end] = [];
        foreach (var use in root.Descendants().Where(operation => operation is ILocalReferenceOperation or IParameterReferenceOperation && SymbolEqualityComparer.Default.Equals(HandleUses.Variable(operation), variable)))
        {
            if (use.Syntax.FirstAncestorOrSelf<ParenthesizedVariableDesignationSyntax>() is not null) continue;
            if (variable is ILocalSymbol) _changes.Add(new TextChange(use.Syntax.Span, Queue));
            switch (use.Consumer())
            {
                case IInvocationOperation { Syntax: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: var name } } } call when call.Instance == use && s_names.TryGetValue(name.Identifier.ValueText, out var other):
                    _sends[end].Add(other.Contains("Put"));
                    _changes.Add(new TextChange(name.Span, other));
                    break;
                case IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: "Submit" or "Start" } call, Parameter.Name: var parameter } when parameter.StartsWith("argument", System.StringComparison.Ordinal):
                    if (!IntoWork(call, parameter, end)) return false;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private bool IntoWork(IInvocationOperation call, string argument, ISymbol end)
    {
        var ordinal = argument == "argument" ? 0 : argument[argument.Length - 1] - '1';
        var work = call.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "work") is { } handed ? WorkValue.Unconverted(handed.Value) : null;
        switch (work)
        {
            case IAnonymousFunctionOperation { Syntax: LambdaExpressionSyntax syntax } lambda:
                if (syntax is ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters: var typed }) Retype(typed[ordinal].Type);
                return Follow(lambda.Symbol.Parameters[ordinal], end, lambda);
            case IMethodReferenceOperation { Method: { DeclaredAccessibility: Accessibility.Private, IsStatic: true, DeclaringSyntaxReferences: { Length: 1 } declarations } method } when declarations[0].GetSyntax() is MethodDeclarationSyntax declaration
                && declaration.SyntaxTree == _model.SyntaxTree && !declaration.DescendantTokens().Any(static token => token.ValueText == "EndOfStreamException") && _model.GetOperation(declaration) is { } body:
                _methods[declaration] = _methods.TryGetValue(declaration, out var times) ? times + 1 : 1;
                Retype(declaration.ParameterList.Parameters[ordinal].Type);
                return Follow(method.Parameters[ordinal], end, body);
            default:
                return false;
        }
    }

    private void Retype(TypeSyntax? type)
    {
        if (type?.DescendantTokens().FirstOrDefault(static token => token.ValueText == "PipeEnd") is { RawKind: not 0 } name) _changes.Add(new TextChange(name.Span, "ProcessQueue"));
    }
}
