using Collab.Stress.Editing.Edits;
using Collab.Stress.Editing.Happenings;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>People in documents: what stands there, what they do, and what happens to them meanwhile.</summary>
internal abstract class EditingScenario : Scenario
{
    public override ScenarioFamily Family => ScenarioFamily.Documents;

    public override IReadOnlyCollection<string> Options => ["--documents", "--clients-per-document", "--rps", "--think-time", "--ramp", "--mix", "--paste", "--insert-length"];

    /// <summary>Code units that stand in a document before the clients come. A page, by default: they find places of their own from the first letter on.</summary>
    public virtual int InitialLength => 2_000;

    /// <summary>Edits that a document has seen before.</summary>
    public virtual int HistoryLength => 0;

    /// <summary>The kind of the document with this number, from 0: every other is rich text, and all of them where the run asks for formats, since plain text has none.</summary>
    public string Kind(int document, StressPlan plan) => document % 2 == 1 || (plan.Mix.Format > 0 && plan.Mix != Defaults.Mix) ? "richtext" : "text";

    /// <summary>What the client does with this seed.</summary>
    public Habits HabitsOf(int seed, StressPlan plan) => new(seed, plan.Mix, plan.Pastes, Style(plan), plan.Interval);

    /// <summary>Of a document's clients, how many come before the editing begins.</summary>
    public virtual int ComersAtStart(int clients, StressPlan plan) => clients;

    /// <summary>Whether the client with this number in its document, from 0, is one that reads slowly. Such a one does not edit.</summary>
    public virtual bool IsSlow(int client, StressPlan plan) => false;

    public virtual IEnumerable<IHappening> Happenings(StressPlan plan, Recorder recorder) => [];

    public override ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder) => new EditingLoad(this, plan, server, recorder);

    protected virtual EditStyle Style(StressPlan plan) => new OwnPlaces(plan.InsertLength, plan.Pastes.Length);
}
