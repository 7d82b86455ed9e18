namespace Collab.Operations.Deltas;

/// <summary>What somebody has selected; a bare caret has both ends at one place.</summary>
/// <param name="Anchor">Where selecting began, in code units from 0.</param>
/// <param name="Head">Where the caret blinks, in code units from 0; before the anchor when selected backwards.</param>
public readonly record struct Selection(int Anchor, int Head);
