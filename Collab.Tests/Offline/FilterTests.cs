using System.Collections.Concurrent;

namespace Collab.Tests.Offline;

/// <summary>Filters stand around every call: grains, observers and timer ticks; in their order, with the call's facts.</summary>
public sealed class FilterTests : IAsyncLifetime
{
    private readonly Scene _scene = Scene.New();
    private readonly ConcurrentQueue<string> _seen = new();
    private TestSilo _silo = null!;

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(builder => builder
        .AddIncomingGrainCallFilter(new Incoming(this, "in1"))
        .AddIncomingGrainCallFilter(new Incoming(this, "in2"))
        .AddOutgoingGrainCallFilter(new Outgoing(this, "out1"))
        .AddOutgoingGrainCallFilter(new Outgoing(this, "out2")));

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Fact]
    public async Task They_run_in_the_order_of_registration()
    {
        await _silo.Grain(_scene).Note("x");

        Assert.Equal(["out1", "out2", "in1", "in2", "/in2", "/in1", "/out2", "/out1"], _seen.Select(each => each.Split(' ')[0]));
    }

    [Fact]
    public async Task They_know_the_call()
    {
        await _silo.Grain(_scene).Note("x");

        var name = "Collab.Tests.Offline.ISceneCalls";
        Assert.Contains($"out1 {name}.Note to scene/{_scene.Key}", _seen);
        Assert.Contains($"in1 {name}.Note to scene/{_scene.Key} on SceneGrain by Note", _seen);
    }

    [Fact]
    public async Task An_exception_passes_through_all_of_them()
    {
        await Assert.ThrowsAsync<SceneException>(() => _silo.Grain(_scene).Fail("x"));

        Assert.Equal(["!in2", "!in1", "!out2", "!out1"], _seen.Where(each => each.StartsWith('!')));
    }

    [Fact]
    public async Task A_filter_may_put_another_result_in_place()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.AddIncomingGrainCallFilter(async context =>
        {
            await context.Invoke();
            if (context.MethodName == nameof(ISceneCalls.Life))
                context.Result = $"{context.Result is string} replaced";
        }));

        Assert.Equal("True replaced", await silo.Grain(_scene).Life());
    }

    [Fact]
    public async Task A_filter_that_neither_invokes_nor_answers_fails_the_call()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.AddIncomingGrainCallFilter(context =>
            context.MethodName == nameof(ISceneCalls.Note) ? Task.CompletedTask : context.Invoke()));

        await Assert.ThrowsAsync<InvalidOperationException>(() => silo.Grain(_scene).Note("x"));
    }

    [Fact]
    public async Task They_see_calls_to_observers()
    {
        var listener = new Listener(_scene);
        var reference = _silo.Grains.CreateObjectReference<ISceneObserver>(listener);

        await _silo.Grain(_scene).Ask(reference, 1);

        Assert.Contains(_seen, each => each.StartsWith("in1 Collab.Tests.Offline.ISceneObserver.OnQuestion to sys.client/", StringComparison.Ordinal)
            && each.EndsWith("on Listener by OnQuestion", StringComparison.Ordinal));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task They_see_timer_ticks()
    {
        _scene.Open("tick");
        await _silo.Grain(_scene).StartTimer("tick", TimeSpan.Zero, Timeout.InfiniteTimeSpan, interleave: false);

        await Eventually.IsTrue(() => _seen.Any(each => each.StartsWith($"/in1 IGrainTimerInvoker.InvokeCallbackAsync to scene/{_scene.Key}", StringComparison.Ordinal)));
        Assert.Contains("-tick", _scene.Trace);
    }

    private sealed class Incoming(FilterTests test, string name) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context)
        {
            // Orleans' own grains pass through filters too.
            var call = $"{context.InterfaceName}.{context.MethodName} to {context.TargetId}";
            return call.Contains(test._scene.Key, StringComparison.Ordinal) || context.Grain is Listener
                ? test.Around(name, $"{call} on {context.Grain!.GetType().Name} by {context.ImplementationMethod.Name.Split('.')[^1]}", context)
                : context.Invoke();
        }
    }

    private sealed class Outgoing(FilterTests test, string name) : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            var call = $"{context.InterfaceName}.{context.MethodName} to {context.TargetId}";
            return call.Contains(test._scene.Key, StringComparison.Ordinal) ? test.Around(name, call, context) : context.Invoke();
        }
    }

    private async Task Around(string name, string call, IGrainCallContext context)
    {
        _seen.Enqueue($"{name} {call}");
        try
        {
            await context.Invoke();
        }
        catch (SceneException)
        {
            _seen.Enqueue($"!{name}");
            throw;
        }
        _seen.Enqueue($"/{name} {call}");
    }
}
