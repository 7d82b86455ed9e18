using System.IO.Enumeration;

namespace Collab.Grains.Webhooks;

/// <summary>Names documents by id, where <c>*</c> stands for any characters, none included. Case counts.</summary>
internal readonly record struct DocumentPattern(string Text)
{
    public bool Matches(DocumentId document) => FileSystemName.MatchesSimpleExpression(Text, document.Value, ignoreCase: false);
}
