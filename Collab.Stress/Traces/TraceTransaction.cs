using Collab.Operations.Deltas;

namespace Collab.Stress.Traces;

/// <summary>One line of a trace.</summary>
/// <param name="Line">Its number in the file; the header is line 1.</param>
/// <param name="Agent">Who made it, from 0.</param>
/// <param name="Base">How many transactions its author had, those of the others included: it is made against the text after these.</param>
/// <param name="Due">When, from the beginning of the session.</param>
/// <param name="Patches">One after the other, each against the result of the one before.</param>
internal sealed record TraceTransaction(int Line, int Agent, int Base, TimeSpan Due, IReadOnlyList<TracePatch> Patches)
{
    /// <summary>All patches as one delta of text.</summary>
    /// <exception cref="InvalidPlanException">A patch reaches behind the text's end: the file is damaged.</exception>
    public Delta ToDelta(int length)
    {
        var delta = Delta.Identity(DeltaForm.Text, length);
        foreach (var (position, deleted, inserted) in Patches)
        {
            int rest = delta.TargetLength - position - deleted;
            if (rest < 0)
                throw new InvalidPlanException($"Line {Line} of the trace changes the text up to {position + deleted}; its author's text ends at {delta.TargetLength}.");
            delta = delta.Compose(new DeltaBuilder(DeltaForm.Text).Retain(position).Insert(inserted).Delete(deleted).Retain(rest).Build());
        }

        return delta;
    }
}

/// <param name="Position">Code units from 0.</param>
/// <param name="Deleted">Code units taken out there.</param>
/// <param name="Inserted">What is put there.</param>
internal readonly record struct TracePatch(int Position, int Deleted, string Inserted);
