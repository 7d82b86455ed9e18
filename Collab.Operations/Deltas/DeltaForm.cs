namespace Collab.Operations.Deltas;

/// <summary>What a delta may hold, and which JSON it is written in. The algebra is one and the same.</summary>
public enum DeltaForm
{
    /// <summary>Plain text: no attributes, no embeds; <c>[5,"abc",-3]</c>.</summary>
    Text,

    /// <summary>Quill's operations: <c>[{"retain":5,"attributes":{"bold":true}},{"insert":"abc"},{"delete":3}]</c>.</summary>
    RichText,
}
