using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>A system as it is most of the time: very many documents, a few people in each.</summary>
internal sealed class ManyDocuments : EditingScenario
{
    public override string Name => "many-documents";

    public override string Description => "two people in each of a hundred documents";

    public override ScenarioDefaults Defaults => new() { Clients = 200, Documents = 100, ThinkTime = TimeSpan.FromSeconds(1) };
}
