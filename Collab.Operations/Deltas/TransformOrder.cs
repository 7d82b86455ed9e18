namespace Collab.Operations.Deltas;

/// <summary>Which of two concurrent deltas the log holds first. It decides both ties: who stands left, and whose format stays.</summary>
/// <remarks>
/// The two ties fall on opposite sides. Of two inserts at one position the earlier stands <b>left</b>. Of two formats of one
/// attribute the <b>later</b> wins, as the last writer does everywhere. (Quill's <c>priority</c> gives both to one side.)
/// Authority and client pass opposite values for the same pair, and that is what makes TP1 hold.
/// </remarks>
public enum TransformOrder
{
    /// <summary>
    /// The delta moved over is the earlier one: its insert stands left, the moved delta keeps all its attributes. The authority's
    /// rebase, and a client moving its own pending delta over what the server sent.
    /// </summary>
    OverFirst,

    /// <summary>
    /// The moved delta is the earlier one: its insert stands left, attributes that the other sets as well are taken out of it. A
    /// client moving what the server sent over its own pending delta.
    /// </summary>
    DeltaFirst,
}
