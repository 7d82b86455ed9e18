using System.Text;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>People who write: letter after letter at a place of their own, a mistake taken back now and then, and after a while on to another place.</summary>
internal sealed class Typing : EditingScenario
{
    // A page: clients find places of their own from the first letter on.
    private const int InitialWords = 400;

    // One in so many keys is the backspace; one in so many goes to another place.
    private const int KeysPerBackspace = 10;
    private const int KeysPerMove = 60;

    // About as often as people hit them. Nothing outside the basic plane, so that no caret stands inside a surrogate pair.
    private const string Keys = "eeeeeeeettttttaaaaaooooiiiinnnnsssshhhrrrdddlllcuumwfgypbvkäöß      \n";

    public override string Name => "typing";

    public override string Description => "people write in places of their own, five keys a second";

    public override ScenarioDefaults Defaults => new() { Clients = 8, Documents = 2, ThinkTime = TimeSpan.FromMilliseconds(200) };

    public override string Kind(int document) => document % 2 == 0 ? "text" : "richtext";

    public override string InitialText(Random random)
    {
        var text = new StringBuilder();
        for (int word = 0; word < InitialWords; word++)
        {
            for (int letters = random.Next(1, 9); letters > 0; letters--)
                text.Append((char)('a' + random.Next(26)));
            text.Append(random.Next(12) == 0 ? '\n' : ' ');
        }

        return text.ToString();
    }

    public override Delta Edit(SequenceContent content, Random random, ref int caret)
    {
        if (random.Next(KeysPerMove) == 0)
            caret = random.Next(content.Length + 1);
        caret = Math.Min(caret, content.Length);
        var edit = new DeltaBuilder(content.Form);
        if (random.Next(KeysPerBackspace) == 0 && caret > 0)
            return edit.Retain(--caret).Delete(1).Retain(content.Length - caret - 1).Build();
        return edit.Retain(caret).Insert(Keys[random.Next(Keys.Length)].ToString()).Retain(content.Length - caret++).Build();
    }
}
