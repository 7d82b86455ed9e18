using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using FsCheck;
using FsCheck.Fluent;

namespace Collab.Tests.Operations;

/// <summary>Where a random case comes from: the seed and how large its document is. It is all that is needed to see the case again.</summary>
public sealed record Scenario(int Seed, int Size)
{
    internal RandomEdits Edits(DeltaForm form) => new(Seed, form);
}

/// <summary>
/// Checks a law on random scenarios of both forms. A failure names the scenario, shrunk to the smallest size that still fails;
/// <c>COLLAB_SCENARIO=seed,size</c> runs that one alone, <c>COLLAB_SCENARIOS=100000</c> runs so many instead of the usual number.
/// </summary>
internal static class Laws
{
    public static void Hold(int scenarios, Action<RandomEdits, SequenceContent> law) =>
        HoldForScenarios(scenarios, (scenario, form) =>
        {
            var edits = scenario.Edits(form);
            law(edits, edits.Content(scenario.Size));
        });

    public static void HoldForScenarios(int scenarios, Action<Scenario, DeltaForm> law)
    {
        if (Environment.GetEnvironmentVariable("COLLAB_SCENARIO") is { } one)
        {
            var numbers = one.Split(',').Select(int.Parse).ToArray();
            CheckBothForms(new Scenario(numbers[0], numbers[1]), law);
            return;
        }

        if (int.TryParse(Environment.GetEnvironmentVariable("COLLAB_SCENARIOS"), out var asked)) scenarios = asked;
        var random = from seed in Gen.Choose(0, int.MaxValue)
                     from size in Gen.Frequency((8, Gen.Choose(0, 24)), (3, Gen.Choose(0, 120)), (1, Gen.Choose(0, 3000)))
                     select new Scenario(seed, size);
        Prop.ForAll(Arb.From(random, Smaller), scenario => CheckBothForms(scenario, law))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(scenarios));
    }

    private static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        for (var size = 0; size < scenario.Size; size = (size + scenario.Size + 1) / 2) yield return scenario with { Size = size };
    }

    private static void CheckBothForms(Scenario scenario, Action<Scenario, DeltaForm> law)
    {
        law(scenario, DeltaForm.Text);
        law(scenario, DeltaForm.RichText);
    }
}
