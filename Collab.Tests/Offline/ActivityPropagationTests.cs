using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Diagnostics;
using Span = System.Diagnostics.Activity;

namespace Collab.Tests.Offline;

/// <summary>With <c>AddActivityPropagation</c> a call is two spans, the caller's and the grain's, of one trace; and none where nobody listens.</summary>
public sealed class ActivityPropagationTests : IAsyncLifetime, IDisposable
{
    private readonly Scene _scene = Scene.New();
    private readonly ConcurrentQueue<Span> _ended = new();
    private readonly ActivityListener _listener;
    private readonly ActivitySource _tests = new($"tests-{Guid.NewGuid():N}");
    private TestSilo _silo = null!;

    public ActivityPropagationTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is ActivitySources.ApplicationGrainActivitySourceName or ActivitySources.RuntimeActivitySourceName || source.Name == _tests.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(silo => silo.AddActivityPropagation());

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    public void Dispose()
    {
        _listener.Dispose();
        _tests.Dispose();
    }

    [Fact]
    public async Task A_call_is_the_callers_span_and_within_it_the_grains()
    {
        using var root = _tests.StartActivity("root")!;

        await _silo.Grain(_scene).Note("x");

        var (client, server) = Ended(root, "ISceneCalls/Note");
        Assert.Equal((root.SpanId, false), (client.ParentSpanId, client.HasRemoteParent));
        Assert.Equal((client.SpanId, true), (server.ParentSpanId, server.HasRemoteParent));
        foreach (var span in (Span[])[client, server])
        {
            Assert.Equal(ActivitySources.ApplicationGrainActivitySourceName, span.Source.Name);
            Assert.Equal("orleans", span.GetTagItem("rpc.system.name"));
            Assert.Equal("Collab.Tests.Offline.ISceneCalls", span.GetTagItem("orleans.rpc.service"));
            Assert.Equal("Collab.Tests.Offline.ISceneCalls/Note", span.GetTagItem("rpc.method"));
            Assert.Equal($"scene/{_scene.Key}", span.GetTagItem("orleans.rpc.target_id"));
            Assert.Equal(ActivityStatusCode.Unset, span.Status);
        }

        Assert.Same(root, Span.Current);
    }

    [Fact]
    public async Task What_a_grain_calls_is_within_its_own_span()
    {
        using var root = _tests.StartActivity("root")!;

        await _silo.Grain(_scene).Send(_silo.Grains.GetGrain<ISceneGrain>(_scene.Key + "-other"), 1);

        var (_, outer) = Ended(root, "ISceneCalls/Send");
        await Eventually.IsTrue(() => Of(root).Count() == 4, "both ends of both calls have ended");
        var (client, _) = Ended(root, "ISceneCalls/Note");
        Assert.Equal(outer.SpanId, client.ParentSpanId);
    }

    [Fact]
    public async Task A_failed_call_is_an_error_on_both_sides()
    {
        using var root = _tests.StartActivity("root")!;

        await Assert.ThrowsAsync<SceneException>(() => _silo.Grain(_scene).Fail("x"));

        var (client, server) = Ended(root, "ISceneCalls/Fail");
        foreach (var span in (Span[])[client, server])
        {
            Assert.Equal(ActivityStatusCode.Error, span.Status);
            Assert.Equal(typeof(SceneException).FullName, span.GetTagItem("exception.type"));
            Assert.Contains("exception.message", span.TagObjects.Select(tag => tag.Key));
            Assert.Contains("exception.stacktrace", span.TagObjects.Select(tag => tag.Key));
        }
    }

    [Fact]
    public async Task A_silo_without_it_makes_no_spans()
    {
        await using var silo = await TestSilo.StartAsync();
        using var root = _tests.StartActivity("root")!;

        await silo.Grain(_scene).Note("x");

        Assert.Empty(Of(root));
    }

    private IEnumerable<Span> Of(Span root) => _ended.Where(span => span.TraceId == root.TraceId && span != root);

    private (Span Client, Span Server) Ended(Span root, string name)
    {
        var spans = Of(root).Where(span => span.DisplayName == name).ToList();
        return (Assert.Single(spans, span => span.Kind == ActivityKind.Client), Assert.Single(spans, span => span.Kind == ActivityKind.Server));
    }
}
