namespace Collab.Client.Access;

/// <summary>What a person may do in a document, each with all of those before it.</summary>
public enum DocumentRole
{
    /// <summary>Nothing: the document is as if it weren't there.</summary>
    None,

    /// <summary>Read, and be seen reading.</summary>
    Viewer,

    /// <summary>Also set the rich-text attributes <c>comment</c> and <c>comment-…</c>.</summary>
    Commenter,

    /// <summary>Also change the content.</summary>
    Editor,

    /// <summary>Also create it, end the sessions of others, and say who may do what.</summary>
    Owner,
}
