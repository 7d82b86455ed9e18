using Orleans.Concurrency;

namespace Collab.Tests.Offline;

/// <summary>The calls that the semantics are tested with; two classes implement them, one of them reentrant.</summary>
[Alias("Collab.Tests.ISceneCalls")]
public interface ISceneCalls : IGrainWithStringKey
{
    /// <summary>Notes <c>+name</c>, waits at the gate of that name, notes <c>-name</c>.</summary>
    [Alias("Enter")]
    Task Enter(string name);

    [Alias("EnterInterleaving"), AlwaysInterleave]
    Task EnterInterleaving(string name);

    [Alias("EnterReading"), ReadOnly]
    Task EnterReading(string name);

    [Alias("EnterOneWay"), OneWay]
    Task EnterOneWay(string name);

    [Alias("Note")]
    Task Note(string what);

    /// <summary>The activation that answers.</summary>
    [Alias("Life")]
    Task<string> Life();

    /// <summary>Adds to a counter without any protection but the turn, awaiting in between.</summary>
    [Alias("Count")]
    Task<int> Count(int times);

    [Alias("Schedulers")]
    ValueTask<string> Schedulers();

    [Alias("CallSelf")]
    Task CallSelf();

    /// <summary>Sends numbers to <paramref name="other"/> without waiting in between.</summary>
    [Alias("Send")]
    Task Send(ISceneCalls other, int count);

    [Alias("Fail")]
    Task Fail(string message);

    [Alias("FailAtOnce")]
    ValueTask<int> FailAtOnce(string message);

    [Alias("Wait")]
    Task Wait(string name, CancellationToken token);

    [Alias("Context")]
    Task<string?> Context(string key, ISceneCalls? next);

    [Alias("Join")]
    Task<string> Join(int a, string b, long c, Guid d, bool e, double f, char g, byte h, string i);

    [Alias("EndWhenIdle")]
    Task EndWhenIdle(string name);

    [Alias("StayFor")]
    Task StayFor(TimeSpan time);

    [Alias("StartTimer")]
    Task StartTimer(string name, TimeSpan due, TimeSpan period, bool interleave);

    [Alias("ChangeTimer"), AlwaysInterleave]
    Task ChangeTimer(TimeSpan due, TimeSpan period);

    [Alias("Tell")]
    Task Tell(ISceneObserver observer, int count);

    [Alias("Ask")]
    Task<int> Ask(ISceneObserver observer, int number);

    [Alias("MakeObserver")]
    Task MakeObserver();
}

[Alias("Collab.Tests.ISceneGrain")]
public interface ISceneGrain : ISceneCalls;

[Alias("Collab.Tests.IReentrantSceneGrain")]
public interface IReentrantSceneGrain : ISceneCalls;

[Alias("Collab.Tests.IKeptSceneGrain")]
public interface IKeptSceneGrain : ISceneCalls;

/// <summary>A grain that tests talk back through.</summary>
[Alias("Collab.Tests.ISceneObserver")]
public interface ISceneObserver : IGrainObserver
{
    [Alias("OnNumber"), OneWay]
    Task OnNumber(int number);

    [Alias("OnQuestion")]
    Task<int> OnQuestion(int number);
}

public sealed class SceneGrain : SceneGrainBase, ISceneGrain;

[Reentrant]
public sealed class ReentrantSceneGrain : SceneGrainBase, IReentrantSceneGrain;

[KeepAlive]
public sealed class KeptSceneGrain : SceneGrainBase, IKeptSceneGrain;

public abstract class SceneGrainBase : Grain, ISceneCalls
{
    private int _counter;
    private int _inTurn;
    private IGrainTimer? _timer;

    private Scene Scene => Scene.Of(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Scene.Note("activating");
        if (Scene.Key.StartsWith("broken", StringComparison.Ordinal) && Scene.Trace.Count(each => each == "activating") == 1)
            throw new SceneException("the first activation fails");
        await Task.Yield();
        Scene.Note("activated");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Scene.Note($"deactivating:{reason.ReasonCode}");
        if (Scene.Key.StartsWith("slow", StringComparison.Ordinal))
            await Scene.Pass("deactivate");
        await Task.Yield();
        Scene.Note("deactivated");
    }

    public async Task Enter(string name)
    {
        Scene.Note($"+{name}");
        await Scene.Pass(name);
        Scene.Note($"-{name}");
    }

    public Task EnterInterleaving(string name) => Enter(name);

    public Task EnterReading(string name) => Enter(name);

    public Task EnterOneWay(string name) => Enter(name);

    public Task Note(string what)
    {
        Scene.Note(what);
        return Task.CompletedTask;
    }

    public Task<string> Life() => Task.FromResult(GrainContext.ActivationId.ToString());

    public async Task<int> Count(int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (Interlocked.Increment(ref _inTurn) != 1)
                throw new InvalidOperationException("Two turns ran at once.");
            _counter++;
            Interlocked.Decrement(ref _inTurn);
            await Task.Yield();
        }
        return _counter;
    }

    public async ValueTask<string> Schedulers()
    {
        var own = TaskScheduler.Current;
        var escaped = await Task.Run(() => TaskScheduler.Current == TaskScheduler.Default);
        await Task.Delay(1);
        var back = TaskScheduler.Current == own;
#pragma warning disable ORLEANS0014 // Leaving the grain's context is what this call is there to observe.
        await Task.Delay(1).ConfigureAwait(false);
#pragma warning restore ORLEANS0014
        var left = TaskScheduler.Current == TaskScheduler.Default;
        return $"own:{own != TaskScheduler.Default} escaped:{escaped} back:{back} left:{left}";
    }

    public Task CallSelf() => this.AsReference<ISceneGrain>().Note("called by itself");

    public Task Send(ISceneCalls other, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(number => other.Note(number.ToString())));

    public async Task Fail(string message)
    {
        await Task.Yield();
        throw new SceneException(message);
    }

    public ValueTask<int> FailAtOnce(string message) => throw new SceneException(message);

    public async Task Wait(string name, CancellationToken token)
    {
        var own = TaskScheduler.Current;
        using var registration = token.Register(() => Scene.Note(TaskScheduler.Current == own ? "cancelled on the turn" : "cancelled elsewhere"));
        Scene.Note($"+{name}");
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        catch (OperationCanceledException)
        {
            Scene.Note($"-{name}");
        }
    }

    public async Task<string?> Context(string key, ISceneCalls? next)
    {
        var value = RequestContext.Get(key) as string;
        RequestContext.Set(key, $"{value}+");
        return next is null ? value : $"{value},{await next.Context(key, null)}";
    }

    public Task<string> Join(int a, string b, long c, Guid d, bool e, double f, char g, byte h, string i) =>
        Task.FromResult(FormattableString.Invariant($"{a} {b} {c} {d} {e} {f} {g} {h} {i}"));

    public Task EndWhenIdle(string name)
    {
        DeactivateOnIdle();
        return Enter(name);
    }

    public Task StayFor(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task StartTimer(string name, TimeSpan due, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                await Enter(name);
                if (name == "failing")
                    throw new SceneException("a tick fails");
            },
            new GrainTimerCreationOptions(due, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task ChangeTimer(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public async Task Tell(ISceneObserver observer, int count)
    {
        for (var number = 0; number < count; number++)
            await observer.OnNumber(number);
    }

    public Task<int> Ask(ISceneObserver observer, int number) => observer.OnQuestion(number);

    public Task MakeObserver()
    {
        GrainFactory.CreateObjectReference<ISceneObserver>(new Listener(Scene));
        return Task.CompletedTask;
    }
}

/// <summary>An object that grains call: notes what it gets, and whether two calls of it ever ran at once.</summary>
internal sealed class Listener(Scene scene) : ISceneObserver
{
    private int _running;

    public async Task OnNumber(int number)
    {
        if (Interlocked.Increment(ref _running) != 1)
            scene.Note("two at once");
        await Task.Yield();
        scene.Note(number.ToString());
        Interlocked.Decrement(ref _running);
    }

    public Task<int> OnQuestion(int number) => number < 0 ? throw new SceneException("a negative question") : Task.FromResult(number + 1);
}

public sealed class SceneException(string message) : Exception(message);
