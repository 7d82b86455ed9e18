namespace Collab.Stress.Editing.Edits;

/// <summary>What somebody is about to do, before they look at the document.</summary>
/// <param name="Moves">They go to <paramref name="Place"/> first.</param>
/// <param name="Place">Where, as a part of the document: 0 to below 1.</param>
/// <param name="Extent">How much, where that is left to chance: 0 to below 1.</param>
/// <param name="Text">Which text.</param>
internal readonly record struct Intention(EditKind Kind, bool IsPaste, bool Moves, double Place, double Extent, int Text);
