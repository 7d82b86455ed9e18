namespace Collab.Operations.Json;

/// <summary>Takes JSON as UTF-16 code units: into UTF-8 bytes, or into a hash. A surrogate pair comes in one piece.</summary>
internal interface ICodeUnitSink
{
    void Append(char ascii);

    void Append(scoped ReadOnlySpan<char> units);
}
