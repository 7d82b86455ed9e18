using Collab.Contracts;

namespace Collab.Web.Connections;

/// <summary>A colour for those who bring none: the same for one session on every host, readable on light and dark.</summary>
internal static class SessionColor
{
    private static readonly string[] Palette =
        ["#e5484d", "#d6409f", "#8e4ec6", "#5b5bd6", "#3e63dd", "#0090ff", "#12a594", "#30a46c", "#978365", "#f76b15", "#bd8a00", "#46a758"];

    public static string Of(SessionId session)
    {
        uint hash = 2166136261;
        foreach (char c in session.Value)
            hash = (hash ^ c) * 16777619;
        return Palette[hash % (uint)Palette.Length];
    }
}
