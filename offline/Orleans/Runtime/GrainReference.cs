using Orleans.Engine;

namespace Orleans.Runtime;

/// <summary>A reference to a grain or observer. Two are equal when they lead to one grain, whatever their interfaces.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private protected GrainReference(SiloRuntime runtime, GrainId grainId, GrainInterface grainInterface)
    {
        Runtime = runtime;
        GrainId = grainId;
        Interface = grainInterface;
    }

    public GrainId GrainId { get; }

    public GrainInterfaceType InterfaceType => Interface.InterfaceType;

    public virtual string InterfaceName => Interface.Name;

    internal SiloRuntime Runtime { get; }

    internal GrainInterface Interface { get; }

    /// <summary>Where the last call went; only a hint, an ended activation refuses and the directory is asked.</summary>
    internal Activation? LastActivation { get; set; }

    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable =>
        this is TGrainInterface same ? same : (TGrainInterface)(object)Runtime.References.Create(GrainInterface.Of(typeof(TGrainInterface)), GrainId);

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) => Equals(reference1, reference2);

    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !Equals(reference1, reference2);
}
