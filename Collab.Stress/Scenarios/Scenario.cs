using Collab.Operations.Deltas;
using Collab.Operations.Ropes;

namespace Collab.Stress.Scenarios;

/// <summary>What clients do to their document. Pure: chance comes from the caller's seed.</summary>
internal abstract class Scenario
{
    public static IReadOnlyList<Scenario> All { get; } = [new Typing(), new ConflictHeavy()];

    /// <summary>For the option that chooses one.</summary>
    public static string Described => string.Join(" ", All.Select(scenario => $"{scenario.Name}: {scenario.Description}"));

    /// <summary>As on the command line, and the label of every metric of the run.</summary>
    public abstract string Name { get; }

    /// <summary>A sentence.</summary>
    public abstract string Description { get; }

    /// <summary>Edits per second of one client, unless it is told another.</summary>
    public abstract double Rate { get; }

    public static Scenario Find(string name) => All.Single(scenario => scenario.Name == name);

    /// <summary>The kind of the document with this number, from 0.</summary>
    public abstract string Kind(int document);

    /// <summary>What stands in a document before the clients come.</summary>
    public abstract string InitialText(Random random);

    /// <summary>The next edit of one client.</summary>
    /// <param name="content">What it sees.</param>
    /// <param name="caret">Where it stands, which may lie behind the end by now; the edit leaves it where the client is then.</param>
    public abstract Delta Edit(SequenceContent content, Random random, ref int caret);
}
