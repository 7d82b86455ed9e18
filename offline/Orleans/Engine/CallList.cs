namespace Orleans.Engine;

/// <summary>Calls in the order of arrival, linked through themselves so that a call costs no node. Guarded by its owner's lock.</summary>
internal struct CallList
{
    public GrainCall? First { get; private set; }

    public int Count { get; private set; }

    private GrainCall? _last;

    public void Add(GrainCall call)
    {
        call.Previous = _last;
        call.Next = null;
        if (_last is null)
            First = call;
        else
            _last.Next = call;
        _last = call;
        Count++;
    }

    public void Remove(GrainCall call)
    {
        if (call.Previous is null)
            First = call.Next;
        else
            call.Previous.Next = call.Next;
        if (call.Next is null)
            _last = call.Previous;
        else
            call.Next.Previous = call.Previous;
        call.Next = call.Previous = null;
        Count--;
    }

    /// <summary>Adds the calls whose caller has waited long enough to <paramref name="expired"/>.</summary>
    public readonly void FindExpired(long now, ref List<GrainCall>? expired)
    {
        for (var call = First; call is not null; call = call.Next)
        {
            if (call.Deadline <= now && !call.IsSettled && !call.IsLocal)
                (expired ??= []).Add(call);
        }
    }
}
