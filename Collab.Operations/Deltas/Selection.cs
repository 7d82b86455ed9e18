namespace Collab.Operations.Deltas;

/// <summary>What somebody has selected: <paramref name="Anchor"/> stays where it began, <paramref name="Head"/> is where the caret blinks; equal for a bare caret.</summary>
/// <param name="Anchor">Position in code units from 0.</param>
/// <param name="Head">Position in code units from 0; before the anchor when selected backwards.</param>
public readonly record struct Selection(int Anchor, int Head);
