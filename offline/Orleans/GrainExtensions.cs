using Orleans.Engine;
using Orleans.Runtime;

namespace Orleans;

/// <summary>A grain's own identity, and references to it.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to this grain that can be given to others (<c>this</c> never may).</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
    {
        var reference = grain switch
        {
            GrainReference same => same,
            IGrainBase { GrainContext: { } context } => context.GrainReference,
            _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference.", nameof(grain)),
        };
        return reference is TGrainInterface typed
            ? typed
            : (TGrainInterface)(object)reference.Runtime.References.Create(GrainInterface.Of(typeof(TGrainInterface)), reference.GrainId);
    }

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw new ArgumentException($"{grain.GetType()} has no grain id: it is neither a grain of the runtime nor a reference.", nameof(grain)),
    };

    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt) => grain.GetGrainId().GetGuidKey(out keyExt);

    public static Guid GetPrimaryKey(this IAddressable grain) => grain.GetGrainId().GetGuidKey();

    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt) => grain.GetGrainId().GetIntegerKey(out keyExt);

    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetGrainId().GetIntegerKey();

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();
}
