using Collab.Operations.RichText;
using Collab.Operations.Ropes;

namespace Collab.Operations.Deltas;

/// <summary>Takes a delta back: what it deleted is read out of the content that it applied to.</summary>
internal static class Inversion
{
    public static Delta Invert(Delta delta, Node? content)
    {
        var output = DeltaBuilder.Rent(delta.Form);
        var position = 0;
        foreach (ref readonly var component in delta.Components)
        {
            if (component.Kind == ComponentKind.Insert)
            {
                output.PushDelete(component.Length);
                continue;
            }

            if (component.Kind == ComponentKind.Delete) Restore(content, position, component.Length, output);
            else if (component.Attributes is null) output.PushRetain(component.Length, null);
            else Reformat(content, position, component.Length, component.Attributes, output);
            position += component.Length;
        }

        return output.BuildAndReturn();
    }

    private static void Restore(Node? content, int start, int length, DeltaBuilder output)
    {
        var runs = new RunCursor(content, start, length);
        while (runs.MoveNext())
        {
            if (runs.Embed is not null) output.PushInsert(Component.Insert(runs.Embed, runs.Attributes));
            else output.PushInsert(Component.Insert(runs.Text.ToString(), runs.Attributes));
        }
    }

    private static void Reformat(Node? content, int start, int length, Attributes change, DeltaBuilder output)
    {
        var runs = new RunCursor(content, start, length);
        while (runs.MoveNext()) output.PushRetain(runs.Length, change.Invert(runs.Attributes));
    }
}
