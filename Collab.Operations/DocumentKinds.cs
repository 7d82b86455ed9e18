using Collab.Operations.RichText;
using Collab.Operations.Text;

namespace Collab.Operations;

/// <summary>The kinds of document that there are. A new kind is a folder beside <c>Text</c> and a line here.</summary>
public static class DocumentKinds
{
    public static IReadOnlyList<IDocumentKind> All { get; } = [TextKind.Instance, RichTextKind.Instance];

    /// <summary>The kind of this name, or null.</summary>
    public static IDocumentKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
