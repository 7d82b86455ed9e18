namespace Collab.Web.Security;

/// <summary>The authorization policies that Collab asks for. A host that registers one of the same name has the last word.</summary>
public static class CollabPolicies
{
    /// <summary>Whoever runs the system: <c>/metrics</c>, <c>/operations</c>, the data of <c>/ops</c>, the detail of <c>/health</c>, <c>/api/activity</c>.</summary>
    public const string Operator = "Collab.Operator";
}
