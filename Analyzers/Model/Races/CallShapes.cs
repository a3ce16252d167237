using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>In which ways a name is used, or a member can be: called with so many arguments, or only mentioned. A first look, before anything is bound: it tells apart what merely has the same name.</summary>
internal readonly record struct CallShapes
{
    /// <summary>Calls with as many arguments or more are not told apart.</summary>
    private const int Many = 15;

    private readonly int _bits;

    private CallShapes(int bits) => _bits = bits;

    public static CallShapes Any { get; } = new(-1);

    /// <summary>Not called: a property's name, or a method's that is passed on.</summary>
    private static CallShapes Mention { get; } = new(1 << (Many + 1));

    public static CallShapes operator |(CallShapes x, CallShapes y) => new(x._bits | y._bits);

    /// <summary>Whether the use may be one of a member that can be used so.</summary>
    public bool Overlaps(CallShapes other) => (_bits & other._bits) != 0;

    /// <summary>How the name is used here.</summary>
    public static CallShapes Of(SimpleNameSyntax name) => MentionSyntax.CallOf(name) is { } call ? With(call.ArgumentList.Arguments.Count) : Mention;

    /// <summary>How a member so declared can be used. Accessors are not called by name.</summary>
    public static CallShapes Of(SyntaxNode member)
    {
        if (member is not MethodDeclarationSyntax { ParameterList.Parameters: var parameters }) return Any;
        var isExtension = parameters.Count > 0 && parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword);
        var required = parameters.Count(static parameter => parameter.Default is null && !parameter.Modifiers.Any(SyntaxKind.ParamsKeyword));
        return Between(required, parameters.Count, isExtension, parameters.Count > 0 && parameters[parameters.Count - 1].Modifiers.Any(SyntaxKind.ParamsKeyword));
    }

    /// <summary>The same for a method that has been bound.</summary>
    public static CallShapes Of(IMethodSymbol method)
    {
        if (method.MethodKind is MethodKind.PropertyGet or MethodKind.PropertySet) return Any;
        var required = method.Parameters.Count(static parameter => !parameter.IsOptional && !parameter.IsParams);
        return Between(required, method.Parameters.Length, method.IsExtensionMethod, method.Parameters.Any(static parameter => parameter.IsParams));
    }

    private static CallShapes Between(int least, int most, bool isExtension, bool isOpen)
    {
        var shapes = Mention;
        for (var count = Math.Max(0, isExtension ? least - 1 : least); count <= (isOpen ? Many : most); count++) shapes |= With(count);
        return shapes;
    }

    private static CallShapes With(int arguments) => new(1 << Math.Min(arguments, Many));
}

internal static class CallShapesExtensions
{
    /// <summary>Notes the name with these shapes, too.</summary>
    public static void Note(this Dictionary<string, CallShapes> names, string name, CallShapes shapes) => names[name] = names.TryGetValue(name, out var known) ? known | shapes : shapes;
}
