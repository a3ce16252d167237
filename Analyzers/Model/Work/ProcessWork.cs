using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Work that is handed to worker processes.</summary>
/// <param name="Site">The call that hands it over; for an executor's initializer, the assignment.</param>
/// <param name="Delegate">The lambda or method group that it is.</param>
/// <param name="Repeats">Whether one execution of the site runs it several times.</param>
internal sealed record ProcessWork(IOperation Site, IOperation Delegate, bool Repeats)
{
    /// <summary>Whether it runs in each worker before any other work.</summary>
    public bool IsInitializer => Site is ISimpleAssignmentOperation;
}

/// <summary>A function that runs in worker processes: work itself, or what it calls.</summary>
internal sealed class ProcessFunction(SyntaxNode syntax, IOperation body)
{
    /// <summary>A lambda, a local function, or a member as <see cref="TreeIndex.MemberOf"/> names it.</summary>
    public SyntaxNode Syntax { get; } = syntax;

    public IOperation Body { get; } = body;

    /// <summary>Where it is handed over as work.</summary>
    public List<ProcessWork> Works { get; } = [];

    /// <summary>The calls of it that run in worker processes, each with the function that makes it.</summary>
    public List<(IOperation Call, ProcessFunction Caller)> Calls { get; } = [];

    /// <summary>The work as part of which it was found.</summary>
    public ProcessWork Work => Works.Count > 0 ? Works[0] : Calls[0].Caller.Work;
}
