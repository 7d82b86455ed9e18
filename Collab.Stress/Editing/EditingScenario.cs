using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>What clients do to their document. Pure: chance comes from the caller's seed.</summary>
internal abstract class EditingScenario : Scenario
{
    public override ScenarioFamily Family => ScenarioFamily.Documents;

    public override IReadOnlyCollection<string> Options => ["--documents", "--clients-per-document", "--rps", "--think-time", "--ramp"];

    /// <summary>The kind of the document with this number, from 0.</summary>
    public abstract string Kind(int document);

    /// <summary>What stands in a document before the clients come.</summary>
    public abstract string InitialText(Random random);

    /// <summary>The next edit of one client.</summary>
    /// <param name="content">What it sees.</param>
    /// <param name="caret">Where it stands, which may lie behind the end by now; the edit leaves it where the client is then.</param>
    public abstract Delta Edit(SequenceContent content, Random random, ref int caret);

    public override ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder) => new EditingLoad(this, plan, server, recorder);
}
