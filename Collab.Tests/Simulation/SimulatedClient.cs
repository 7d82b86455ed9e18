using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Tests.Simulation;

/// <summary>The real client machine with a restless person in front of it and a bad network behind it.</summary>
internal sealed class SimulatedClient
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(400);

    private readonly Scheduler _scheduler;
    private readonly Scenario _scenario;
    private readonly Cluster _cluster;
    private readonly RandomEdits _edits;
    private readonly Trace _trace;
    private readonly string _name;
    private Link? _link;
    private bool _isEnding;

    public SimulatedClient(Scheduler scheduler, Scenario scenario, Cluster cluster, RandomEdits edits, Trace trace, string name)
    {
        (_scheduler, _scenario, _cluster, _edits, _trace, _name) = (scheduler, scenario, cluster, edits, trace, name);
        State = new DocumentState("d", name, null, new Random(scheduler.Random.Next()));
        EditsLeft = scenario.Edits;
    }

    public DocumentState State { get; }

    public int EditsLeft { get; private set; }

    /// <summary>Characters typed here that have to be in the log in the end, exactly once.</summary>
    public HashSet<int> Owed { get; } = [];

    /// <summary>Characters typed here that may be in the log or not, but not twice: deleted before they were sent, or refused.</summary>
    public HashSet<int> Excused { get; } = [];

    public List<Operation> Acknowledged { get; } = [];

    public List<DocumentEvent.Diverged> Divergences { get; } = [];

    public List<string> Refusals { get; } = [];

    public bool HadSnapshot { get; private set; }

    public void Start()
    {
        Connect();
        TickOn();
        EditOn();
        CutOn();
    }

    /// <summary>From now on nothing goes wrong any more; what is under way comes to its end.</summary>
    public void End()
    {
        _isEnding = true;
        if (_link is { } link)
            link.IsFaulty = false;
        else
            Connect();
    }

    public void Receive(ServerMessage message)
    {
        if (message is ServerMessage.Joined { Snapshot: not null } && State.Content is not null)
        {
            HadSnapshot = true;
            _trace.Count(State.IsSaved ? "snapshot" : State.HasBuffer ? "snapshot with buffer" : "snapshot with outstanding");
        }

        State.Receive(message);
        Flush();
    }

    private void Connect()
    {
        if (_link is not null)
            return;
        var host = _cluster.Hosts[_scheduler.Random.Next(_cluster.Hosts.Count)];
        _link = new Link(_scheduler, _scenario, this, host) { IsFaulty = !_isEnding };
        State.TimePassed(_scheduler.Now);
        State.ConnectionOpened();
        Flush();
    }

    private void TickOn() => _scheduler.After(Tick, () =>
    {
        State.TimePassed(_scheduler.Now);
        Flush();
        if (State.IsUnanswered && _link is { } link)
            Cut(link);
        TickOn();
    });

    private void EditOn() => _scheduler.After(_scheduler.About(_scenario.EditPause), () =>
    {
        if (State.Content is not null)
        {
            Edit();
            EditsLeft--;
        }

        if (EditsLeft > 0)
            EditOn();
    });

    private void CutOn()
    {
        if (_scenario.CutEvery == TimeSpan.Zero)
            return;
        _scheduler.After(_scheduler.About(_scenario.CutEvery), () =>
        {
            if (_isEnding)
                return;
            if (_link is { } link)
                Cut(link);
            CutOn();
        });
    }

    private void Cut(Link link)
    {
        _trace.Add($"{_name} is cut off at {State.Revision}");
        // The server hears that the session is over, as from a page that says goodbye while its last edit is on the way.
        if (_scheduler.Chance(_scenario.Leave))
            link.ToHost(new ClientMessage.Leave("d"));
        link.Cut();
        _link = null;
        State.ConnectionLost();
        Flush();
        _scheduler.After(_scheduler.About(_scenario.Away), Connect);
    }

    private void Edit()
    {
        var (delta, inserted, deleted) = _edits.Next(State.Content!);
        Owed.UnionWith(inserted);
        foreach (int character in deleted)
            if (!State.IsSaved && Owed.Remove(character))
                Excused.Add(character);
        State.Edit(delta);
        Flush();
    }

    private void Flush()
    {
        while (State.TryTake(out DocumentEvent? happened))
            Note(happened);
        while (State.TryTake(out ClientMessage? message))
        {
            _trace.Add($"{_name} at {State.Revision} says {message.Target} {(message is ClientMessage.Submit submit ? $"{submit.Sequence}@{submit.Base}" : "")}");
            _trace.Count(message.Target);
            _link?.ToHost(message);
        }
    }

    private void Note(DocumentEvent happened)
    {
        switch (happened)
        {
            case DocumentEvent.Acknowledged { Operation: { } operation }:
                _trace.Add($"{_name} has {operation.Session}/{operation.Sequence} acknowledged as {operation.Revision}");
                Acknowledged.Add(operation);
                break;
            case DocumentEvent.Diverged diverged:
                _trace.Add($"{_name} diverged: {diverged.Detail}");
                Divergences.Add(diverged);
                break;
            case DocumentEvent.EditRefused refused:
                _trace.Add($"{_name} loses an edit: {refused.Refusal.Reason}");
                Refusals.Add(refused.Refusal.Reason);
                // Which characters were in it the machine does not say; those that did arrive are still counted once at most.
                Excused.UnionWith(Owed);
                Owed.Clear();
                break;
        }
    }
}
