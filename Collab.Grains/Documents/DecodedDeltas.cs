using System.Numerics;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>
/// A document's newest deltas, decoded, as far back as operations were rebased over lately. A delta is three objects, and what each keystroke leaves behind for seconds is what a collection of garbage takes its time for;
/// two who type rebase over one or two operations, a crowd over as many as it is.
/// </summary>
/// <remarks>Once there is one, the reach is a power of two. It grows at once with what is asked for, and is halved when half of it sufficed for <see cref="Period"/> operations.</remarks>
internal sealed class DecodedDeltas
{
    public const int Period = 64;

    private Decoded[] _newest = [];
    private Revision _last;
    private int _asked;
    private int _added;

    /// <summary>So many of the newest are kept.</summary>
    public int Reach => _newest.Length;

    /// <summary>What they hold beside the operations' own bytes: most of all the same text again, as UTF-16.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes the delta of the next operation.</summary>
    public void Add(Revision revision, IDelta delta, int encodedBytes)
    {
        if (++_added == Period)
            ShrinkToAsked();
        if (Reach == 0)
            Resize(1);
        _last = revision;
        Put(revision, new Decoded(delta, encodedBytes));
    }

    /// <summary>The delta that makes <paramref name="revision"/>, if it is kept. It counts as asked for.</summary>
    public IDelta? Find(Revision revision)
    {
        int back = Back(revision);
        _asked = Math.Max(_asked, back);
        return back <= Reach ? At(revision).Delta : null;
    }

    /// <summary>Takes one that was asked for and not found.</summary>
    public void Keep(Revision revision, IDelta delta, int encodedBytes)
    {
        if (Back(revision) > Reach)
            Resize((int)BitOperations.RoundUpToPowerOf2((uint)Back(revision)));
        Put(revision, new Decoded(delta, encodedBytes));
    }

    /// <summary>The operation is nowhere any more.</summary>
    public void Drop(Revision revision)
    {
        if (Back(revision) <= Reach)
            Put(revision, default);
    }

    private int Back(Revision revision) => (int)(_last - revision) + 1;

    private ref Decoded At(Revision revision) => ref _newest[revision.Value & (_newest.Length - 1)];

    private void Put(Revision revision, Decoded decoded)
    {
        ref var place = ref At(revision);
        Bytes += decoded.Bytes - place.Bytes;
        place = decoded;
    }

    private void ShrinkToAsked()
    {
        if (Reach > 1 && _asked <= Reach / 2)
            Resize(Reach / 2);
        (_asked, _added) = (0, 0);
    }

    private void Resize(int reach)
    {
        var before = _newest;
        _newest = new Decoded[reach];
        Bytes = 0;
        for (int back = 0; back < Math.Min(reach, before.Length); back++)
        {
            var revision = _last + -back;
            Put(revision, before[revision.Value & (before.Length - 1)]);
        }
    }

    private readonly record struct Decoded(IDelta? Delta, int EncodedBytes)
    {
        public long Bytes => Delta is null ? 0 : 2L * EncodedBytes;
    }
}
