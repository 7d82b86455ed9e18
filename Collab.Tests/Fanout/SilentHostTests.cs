using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Web.Delivery;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Fanout;

/// <summary>A web host that does not answer costs nothing after a moment, is not forgotten, and gets what it missed when it answers again.</summary>
public sealed class SilentHostTests : IAsyncLifetime
{
    private readonly Wire _wire = new();
    private TwoHosts _hosts = null!;

    public async Task InitializeAsync() => _hosts = await TwoHosts.StartAsync(
        first: services => services.AddSingleton<IIncomingGrainCallFilter>(_wire),
        // It does not renew by itself: that would say that it lives, and whatever heals is not that.
        second: services => services.Remove(services.Single(service => service.ImplementationType == typeof(FeedRenewal))));

    public async Task DisposeAsync() => await _hosts.DisposeAsync();

    [Fact]
    public async Task It_is_pushed_nothing_while_it_is_silent_and_everything_when_it_answers()
    {
        string document = await _hosts.First.CreateAsync();
        await using var ann = await _hosts.First.ConnectAsync();
        await using var bob = await _hosts.Second.ConnectAsync();
        await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");
        await SubmitAsync(0);
        await bob.OperationsAsync(0, 1);

        _wire.CutSecond();
        int head = 1;
        await Eventually.IsTrue(
            async () =>
            {
                // Several, because the count of what was sent comes a moment after the other host has it.
                int before = _wire.Lost;
                for (int i = 0; i < 5; i++)
                    await SubmitAsync(head++);
                return _wire.Lost == before;
            },
            "a push to the silent host is not even sent");
        Assert.False(bob.IsClosed);
        Assert.Equal(1, bob.LastRevision);

        _wire.Mend();
        await bob.OperationsAsync(1, head);
        await SubmitAsync(head);
        await bob.OperationsAsync(head, head + 1);

        async Task SubmitAsync(int revision)
        {
            await ann.SubmitAsync(document, revision + 1, revision, revision == 0 ? ["x"] : new object[] { "x", revision });
            await ann.OperationsAsync(revision, revision + 1);
        }
    }

    /// <summary>What the silo's calls go over to one host: cut, one-way calls reach nobody and others are never answered.</summary>
    private sealed class Wire : IIncomingGrainCallFilter
    {
        private readonly Lock _gate = new();
        private readonly List<GrainId> _hosts = [];
        private readonly Dictionary<GrainId, GrainId> _hostOf = [];
        private TaskCompletionSource? _cut;
        private int _lost;

        /// <summary>Pushes that reached nobody.</summary>
        public int Lost => Volatile.Read(ref _lost);

        /// <summary>To the host that subscribed second.</summary>
        public void CutSecond()
        {
            lock (_gate)
                _cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public void Mend()
        {
            lock (_gate)
            {
                // An observer takes one call after the other: what hung there makes room for the next.
                _cut!.SetResult();
                _cut = null;
            }
        }

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context is { Grain: IDocumentGrain, MethodName: nameof(IDocumentGrain.Listen) })
                Learn(((IDocumentSubscriber)context.Request.GetArgument(0)!).GetGrainId(), ((IListeningHost)context.Request.GetArgument(1)!).GetGrainId());
            if (!IsCut(context.TargetId, out var mended))
                return context.Invoke();
            if (context.MethodName == nameof(IListeningHost.Ping))
                return mended;
            if (context.MethodName == nameof(IDocumentSubscriber.Push))
                Interlocked.Increment(ref _lost);
            return Task.CompletedTask;
        }

        private void Learn(GrainId subscriber, GrainId host)
        {
            lock (_gate)
            {
                _hostOf[subscriber] = host;
                if (!_hosts.Contains(host))
                    _hosts.Add(host);
            }
        }

        private bool IsCut(GrainId target, out Task mended)
        {
            lock (_gate)
            {
                mended = _cut?.Task ?? Task.CompletedTask;
                return _cut is not null && (target == _hosts[1] || (_hostOf.TryGetValue(target, out var host) && host == _hosts[1]));
            }
        }
    }
}
