using System.Diagnostics;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Crash;

/// <summary>People at documents: real clients over real WebSockets, each in two of the documents, so that several meet in each.</summary>
internal sealed class Writers : IAsyncDisposable
{
    private const int RichTextEvery = 3;

    // Half a minute would do on a machine that has nothing else to do.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    private readonly WritersPlan _plan;
    private readonly List<CollabClient> _clients = [];
    private readonly List<Typist> _typists = [];
    private readonly DocumentRecord[] _records;
    private readonly DocumentAudit[] _audits;
    private CancellationTokenSource _stopping = new();
    private Task _typing = Task.CompletedTask;

    private Writers(WritersPlan plan)
    {
        _plan = plan;
        _records = [.. Enumerable.Range(0, plan.Documents).Select(i => new DocumentRecord($"{plan.Name}-{i}", DocumentKinds.Find(Kind(i))!))];
        _audits = [.. _records.Select(record => new DocumentAudit(record))];
    }

    public int AcknowledgedTotal => _records.Sum(record => record.AcknowledgedTotal);

    /// <summary>Operations that retention gave up, by the last audit.</summary>
    public long TrimmedTotal => _audits.Sum(audit => audit.Start);

    /// <summary>Acknowledged operations that the log was seen to have at the revision acknowledged.</summary>
    public int FoundTotal => _audits.Sum(audit => audit.Found);

    public int ResubmissionsTotal => _typists.Sum(typist => typist.Document.ResubmissionsTotal);

    /// <summary>How often a stay in a document lost its connection.</summary>
    public int ConnectionsLost => _typists.Sum(typist => typist.ConnectionsLost);

    public int Lost => _audits.Sum(audit => audit.Lost);

    public int Doubled => _audits.Sum(audit => audit.Doubled);

    /// <summary>How often which refusal came, by its error code.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _typists.SelectMany(typist => typist.Refusals).GroupBy(refusal => refusal.Key)
        .ToDictionary(reason => reason.Key, reason => reason.Sum(refusal => refusal.Value));

    /// <summary>When the first edit of anybody after <see cref="Mark"/> was acknowledged, as a timestamp of <see cref="Stopwatch"/>; null while none was.</summary>
    public long? FirstAcknowledged => _typists.Min(typist => typist.FirstAcknowledged);

    public IReadOnlyList<Typist> Typists => _typists;

    /// <summary>Creates the documents and lets everybody join; nobody types yet.</summary>
    /// <param name="random">Where everybody's own random numbers come from.</param>
    public static Task<Writers> JoinAsync(Uri server, Random random) => JoinAsync(new WritersPlan([server], [server]), random);

    /// <inheritdoc cref="JoinAsync(Uri, Random)"/>
    public static async Task<Writers> JoinAsync(WritersPlan plan, Random random)
    {
        var writers = new Writers(plan);
        for (int number = 0; number < plan.Clients; number++)
        {
            var client = new CollabClient(plan.Entrances[number % plan.Entrances.Count], new() { Name = $"Writer {number}" });
            writers._clients.Add(client);
            int writer = number, tokens = 0;
            foreach (int document in (int[])[number % plan.Documents, (number + (number / plan.Documents) + 1) % plan.Documents])
            {
                await client.CreateAsync(writers._records[document].Id, Kind(document));
                var opened = await client.OpenAsync(writers._records[document].Id);
                writers._typists.Add(new Typist(opened, writers._records[document], number % plan.Entrances.Count, () => new Token(writer, Interlocked.Increment(ref tokens)), new Random(random.Next())));
            }
        }

        return writers;
    }

    /// <summary>Everybody types from now on.</summary>
    public void Start()
    {
        _stopping = new CancellationTokenSource();
        _typing = Task.WhenAll(_typists.Select(typist => Task.Run(() => typist.RunAsync(_stopping.Token))));
    }

    /// <summary>Nobody types any more; what was typed may still be on its way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _typing;
        _stopping.Dispose();
    }

    /// <summary>From here on the first acknowledgements are looked for.</summary>
    public void Mark() => _typists.ForEach(typist => typist.Mark());

    /// <summary>Everybody, in each document, has had an edit acknowledged since <see cref="Mark"/>.</summary>
    public Task WhenEachIsAcknowledgedAsync() => WithinAsync(
        () => _typists.All(typist => typist.FirstAcknowledged is not null),
        () => $"everybody's edits are acknowledged again; still waiting: {Waiting(typist => typist.FirstAcknowledged is null)}");

    /// <summary>Every document takes edits and delivers them: each typist's next edit is durable, and everybody else there has it.</summary>
    /// <param name="isMeant">Whether typists of an entrance, by its place in the plan, are looked at. Null: all.</param>
    /// <returns>For each typist how long that took.</returns>
    public async Task<IReadOnlyList<TimeSpan>> WhenEachWorksAsync(Func<int, bool>? isMeant = null)
    {
        long from = Stopwatch.GetTimestamp();
        var meant = _typists.Where(typist => isMeant?.Invoke(typist.Entrance) ?? true).ToList();
        return await Task.WhenAll(meant.Select(async typist =>
        {
            int before = typist.EditsMade;
            await WithinAsync(() => typist.EditsMade > before, () => $"{typist.Name} types");
            await WithinAsync(typist.Document.WhenSavedAsync(), () => $"what {typist.Name} types is durable; {Waiting(other => other == typist)}");
            long revision = typist.Document.Revision;
            await WithinAsync(
                () => meant.All(other => other.Document.Id != typist.Document.Id || other.Document.Revision >= revision),
                () => $"everybody is at revision {revision} of {typist.Document.Id}; still waiting: {Waiting(other => other.Document.Id == typist.Document.Id && other.Document.Revision < revision)}");
            return Stopwatch.GetElapsedTime(from);
        }));
    }

    /// <summary>Everybody is connected, everything is saved, and everybody has everybody's edits.</summary>
    public async Task WhenSettledAsync()
    {
        await WithinAsync(() => _typists.All(IsSettled), () => $"everybody is live and everything saved; still waiting: {Waiting(typist => !IsSettled(typist))}");
        using var api = new Api(_plan.Hosts[0]);
        foreach (var record in _records)
        {
            long head = await api.HeadAsync(record.Id);
            await WithinAsync(
                () => At(record.Id).All(typist => typist.Document.Revision == head),
                () => $"everybody is at revision {head} of {record.Id}; still waiting: {Waiting(typist => typist.Document.Id == record.Id && typist.Document.Revision != head)}");
        }
    }

    /// <summary>Some document has given up operations since the last audit.</summary>
    public async Task WhenTrimmedAsync()
    {
        using var api = new Api(_plan.Hosts[0]);
        await Eventually.IsTrue(
            async () =>
            {
                foreach (var (record, audit) in _records.Zip(_audits))
                    if ((await api.GetAsync($"api/documents/{record.Id}")).GetProperty("start").GetInt64() > audit.Start)
                        return true;
                return false;
            },
            "some document has given up old history");
    }

    /// <summary>Everybody sees everybody else at the document, each once and nobody besides, and sees them move.</summary>
    public async Task WhenSeenAsync()
    {
        foreach (bool isTyping in (bool[])[true, false])
        {
            _typists.ForEach(typist => typist.Document.ShowPresence(new Selection(0, 0), isTyping));
            await WithinAsync(
                () => _typists.All(typist => Seen(typist).SetEquals(There(typist, isTyping))),
                () => string.Join("; ", _typists.Where(typist => !Seen(typist).SetEquals(There(typist, isTyping))).Select(typist =>
                    $"{typist.Name} sees ({string.Join(", ", There(typist, isTyping))}), and not ({string.Join(", ", Seen(typist))})")));
        }
    }

    /// <summary>Compares what everybody typed, was told and sees with what the server has, and with what somebody who joins now gets.</summary>
    /// <returns>What is not as it must be; empty when all is well.</returns>
    public async Task<IReadOnlyList<string>> AuditAsync()
    {
        using var api = new Api(_plan.Hosts[0]);
        await using var late = new CollabClient(_plan.Hosts[^1], new() { Name = "Late" });
        foreach (var (record, audit) in _records.Zip(_audits))
        {
            var joined = await late.OpenAsync(record.Id);
            long head = await api.HeadAsync(record.Id);
            await WithinAsync(() => joined.Revision == head, () => $"a client that joins late is at revision {head} of {record.Id}; it is {joined.Phase} at {joined.Revision}");
            var replicas = At(record.Id).Select(typist => ($"the replica of {typist.Name}", typist.Document.Content));
            await audit.RunAsync(api, [.. replicas, ("what a late client joins with", joined.Content)]);
            foreach (var host in _plan.Hosts.Skip(1))
                await audit.CompareAsync(host);
        }

        return [.. _typists.SelectMany(typist => typist.Complaints), .. _audits.SelectMany(audit => audit.Evidence)];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_typing.IsCompleted)
            await StopAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private IEnumerable<Typist> At(string document) => _typists.Where(typist => typist.Document.Id == document);

    private HashSet<(string Session, bool IsTyping)> There(Typist typist, bool isTyping) =>
        [.. At(typist.Document.Id).Where(other => other != typist).Select(other => (other.Document.Session, isTyping))];

    private static HashSet<(string Session, bool IsTyping)> Seen(Typist typist) => [.. typist.Document.Others.Select(other => (other.Session, other.IsTyping))];

    private static bool IsSettled(Typist typist) => typist.Document is { Phase: DocumentPhase.Live, IsSaved: true };

    private static string Kind(int document) => document % RichTextEvery == RichTextEvery - 1 ? "richtext" : "text";

    private static async Task WithinAsync(Func<bool> fact, Func<string> what)
    {
        long from = Stopwatch.GetTimestamp();
        while (!fact())
        {
            if (Stopwatch.GetElapsedTime(from) > Limit)
                Assert.Fail($"Within {Limit.TotalSeconds} s it did not become true that {what()}.");
            await Task.Delay(10);
        }
    }

    private static async Task WithinAsync(Task fact, Func<string> what)
    {
        await Task.WhenAny(fact, Task.Delay(Limit));
        if (!fact.IsCompleted)
            Assert.Fail($"Within {Limit.TotalSeconds} s it did not become true that {what()}.");
        await fact;
    }

    private string Waiting(Func<Typist, bool> isWaiting) => string.Join(", ", _typists.Where(isWaiting)
        .Select(typist => $"{typist.Document.Id} session {typist.Document.Session} ({typist.Document.Phase} at {typist.Document.Revision}{(typist.Document.IsSaved ? "" : ", not saved")})"));
}
