using System.Collections.Concurrent;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;
using static Tandem.Analyzers.Locks.LockObjectFault;

namespace Tandem.Analyzers.Locks;

/// <summary>Tells for an expression that is locked whether its object makes a lock: one object for all who lock it, and for nobody else.</summary>
internal sealed class LockObjects(Compilation compilation)
{
    // One object for all code of the process, whoever asks for it.
    private static readonly string[] s_sharedByRuntime =
        ["System.Reflection.MemberInfo", "System.Reflection.ParameterInfo", "System.Reflection.Assembly", "System.Reflection.Module", "System.Threading.Thread", "System.AppDomain"];

    private static readonly string[] s_perThread = ["System.Threading.ThreadLocal`1", "System.Threading.AsyncLocal`1"];

    private readonly KnownSymbols _symbols = KnownSymbols.Of(compilation);
    private readonly ConcurrentDictionary<ISymbol, Location?> _replacements = new(SymbolEqualityComparer.Default);

    /// <summary>The expression without parentheses and <c>!</c>, which have no operation of their own.</summary>
    public static ExpressionSyntax Bare(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax parenthesized => Bare(parenthesized.Expression),
        PostfixUnaryExpressionSyntax suppressed => Bare(suppressed.Operand),
        _ => expression,
    };

    /// <summary>What is wrong with locking the monitor of <paramref name="locked"/>; null if nothing is.</summary>
    public LockObjectFault? FaultOf(IOperation locked)
    {
        if (BoxOf(locked) is { } boxed) return new("it is a value, and each use boxes it into a new object, which nobody else locks", HomeFor(boxed), NameOf(boxed));

        var value = locked.Unconverted()!;
        // Another name for what the local is made from; what the local is, if it is made from a field, is one object for the section.
        if (value is ILocalReferenceOperation local) return OfLocal(local);
        return OfValue(value, locked) ?? ReplacementOf(value);
    }

    /// <summary>What is wrong with a lock that <paramref name="theLock"/>, a field or a property, holds: that it is replaced by another one. Null if it is not.</summary>
    public LockObjectFault? ReplacementOf(IOperation theLock)
    {
        if (theLock.Unconverted() is not IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } reference) return null;
        var member = reference.Member.OriginalDefinition;
        // Its own methods lock it, too: what is locked is this object, whichever the member holds.
        if (LocksItself(reference.Type)) return null;
        return _replacements.GetOrAdd(member, symbol => LockReplacement.Of(symbol, compilation)) is { } assignment
            ? new($"it is assigned again on line {LineOf(assignment)}, and two threads can then hold different objects", Home(reference), member.Name, assignment)
            : null;
    }

    private LockObjectFault? OfLocal(ILocalReferenceOperation local)
    {
        if (FreshLocal.InitialValueOf(local) is not { } initial) return OfType(local.Type, HomeFor(local), local.Local.Name);
        if (FreshLocal.IsFresh(local, initial)) return new("each call makes an object of its own, which nobody else locks", HomeFor(local), local.Local.Name);
        return initial.Unconverted() switch
        {
            IInstanceReferenceOperation or ITypeOfOperation or ILiteralOperation or IInvocationOperation { TargetMethod.Name: "GetType" } => FaultOf(initial),
            _ => OfType(local.Type, HomeFor(local), local.Local.Name),
        };
    }

    private LockObjectFault? OfValue(IOperation value, IOperation locked) => value switch
    {
        IInstanceReferenceOperation => IsWithinOneType(value.Type) ? null : new("whoever has the object can lock it too", InstanceHome),
        ITypeOfOperation => new("all code of the process can lock it too", StaticHome),
        IInvocationOperation { TargetMethod: { Name: "GetType", Parameters.Length: 0, ContainingType.SpecialType: SpecialType.System_Object } } => new("all code of the process can lock it too", StaticHome),
        IObjectCreationOperation or IArrayCreationOperation or IAnonymousObjectCreationOperation => new("it is made anew each time, and nobody else locks it", HomeFor(locked)),
        IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } member => OfMember(member),
        ICoalesceAssignmentOperation { Target: IMemberReferenceOperation } => new("two threads that come first at once make one each", Home: null),
        ICoalesceOperation { Value: IMemberReferenceOperation { Member: not IFieldSymbol { IsReadOnly: true } } either } => new($"it is another object while '{either.Member.Name}' is null, and two threads can then hold different ones", Home: null),
        { ConstantValue: { HasValue: true, Value: string } } => OfType(value.Type, StaticHome, ""),
        _ => OfType(value.Type, null, ""),
    };

    private LockObjectFault? OfMember(IMemberReferenceOperation reference)
    {
        var member = reference.Member;
        var home = Home(reference);
        if (OfType(reference.Type, member.IsStatic ? StaticHome : home, member.Name) is { } shared) return shared;
        if (s_perThread.Any(type => _symbols.Is(member.ContainingType, type)) || member.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "ThreadStaticAttribute"))
            return new("each thread has an object of its own there, which no other locks", member is IFieldSymbol ? home : null, member.Name);
        if (member is IFieldSymbol field && LockExposure.InitialValueIsShared(field)) return new("its value is shared by all code of the process, which can lock it too", home, member.Name);
        if (LockExposure.IsOpen(reference)) return new($"it is {LockExposure.Describe(member.DeclaredAccessibility)}, and others can lock it too", home, member.Name);
        return LockExposure.Exposes(member) is { } exposing
            ? new($"'{exposing.Name}' gives it to others, who can lock it too", home, member.Name, exposing.Locations[0])
            : null;
    }

    /// <summary>What is wrong with any object of that type.</summary>
    private LockObjectFault? OfType(ITypeSymbol? type, string? home, string state)
    {
        if (type is null) return null;
        if (type.SpecialType == SpecialType.System_String) return new("equal strings can be one object, which all code of the process can lock", home, state);
        return s_sharedByRuntime.Any(shared => _symbols.IsOrDerivesFrom(type, shared)) ? new("the runtime gives it to all code of the process, which can lock it too", home, state) : null;
    }

    /// <summary>The value below a boxing conversion.</summary>
    private static IOperation? BoxOf(IOperation locked)
    {
        for (var operation = locked; operation is IConversionOperation or IParenthesizedOperation; operation = operation.ChildOperations.First())
            if (operation is IConversionOperation { OperatorMethod: null, Operand: { Type.IsValueType: true } operand, Type.IsReferenceType: true }) return operand;
        return null;
    }

    /// <summary>Whether methods of the type have a <c>lock (this)</c>.</summary>
    private bool LocksItself(ITypeSymbol? type) =>
        type is not null && type.DeclaringSyntaxReferences.Any(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree)
            && LockSites.Of(reference.SyntaxTree, LockTable.KnownNames, default).Functions.SelectMany(static function => function.Statements)
                .Any(statement => statement.Expression is ThisExpressionSyntax && reference.Span.Contains(statement.Span)));

    /// <summary>Whether nobody but the type around it can name the type: no stranger will lock its objects.</summary>
    private static bool IsWithinOneType(ITypeSymbol? type)
    {
        // As an object of its base type it may be anywhere.
        if (type?.BaseType is { SpecialType: not SpecialType.System_Object } baseType && !IsWithinOneType(baseType)) return false;
        for (; type is not null; type = type.ContainingType)
            if (type is INamedTypeSymbol { DeclaredAccessibility: Accessibility.Private } or INamedTypeSymbol { IsFileLocal: true }) return true;
        return false;
    }

    /// <summary>Where a field belongs that takes the place of a member: beside it, if it is the code's own.</summary>
    private static string? Home(IMemberReferenceOperation reference) => reference switch
    {
        { Member.IsStatic: true } => StaticHome,
        { Instance: IInstanceReferenceOperation } => InstanceHome,
        _ => null,
    };

    private static string? HomeFor(IOperation value) =>
        value is IMemberReferenceOperation member ? Home(member) : value.SemanticModel?.GetEnclosingSymbol(value.Syntax.SpanStart) is { } around ? HomeOf(Outermost(around).IsStatic) : null;

    private static ISymbol Outermost(ISymbol around) => around.ContainingSymbol is IMethodSymbol outer ? Outermost(outer) : around;

    private static string NameOf(IOperation value) => value switch
    {
        IMemberReferenceOperation member => member.Member.Name,
        ILocalReferenceOperation local => local.Local.Name,
        IParameterReferenceOperation parameter => parameter.Parameter.Name,
        _ => "",
    };

    private static int LineOf(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;
}
