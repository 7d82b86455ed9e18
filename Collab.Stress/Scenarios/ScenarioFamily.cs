namespace Collab.Stress.Scenarios;

/// <summary>What kind of load a scenario is.</summary>
internal enum ScenarioFamily
{
    /// <summary>One plain request again and again.</summary>
    Http,

    /// <summary>Connections, and nothing over them.</summary>
    Connections,

    /// <summary>People in documents; ends with the integrity check.</summary>
    Documents,
}
