using Collab.Contracts.Refusals;

namespace Collab.Contracts.Access;

/// <summary>The words that <see cref="Role"/> goes by on the wire and in claims: <c>none</c>, <c>viewer</c>, <c>commenter</c>, <c>editor</c>, <c>owner</c>.</summary>
public static class Roles
{
    /// <summary>The word; <c>none</c> for a role that a newer silo has and this build does not: what it allows nobody here knows.</summary>
    public static string Word(this Role role) => RefusalReasons.SnakeCase((Enum.IsDefined(role) ? role : Role.None).ToString());

    /// <summary>The role of a word, or null if there is none of that name.</summary>
    public static Role? Parse(string? word) => word switch
    {
        "none" => Role.None,
        "viewer" => Role.Viewer,
        "commenter" => Role.Commenter,
        "editor" => Role.Editor,
        "owner" => Role.Owner,
        _ => null,
    };
}
