namespace Collab.Stress.Reporting;

/// <summary>Colours on a terminal that has them; see no-color.org.</summary>
internal readonly record struct Paint(bool HasColors)
{
    public string Good(string text) => Painted("32", text);

    public string Bad(string text) => Painted("31", text);

    public string Warning(string text) => Painted("33", text);

    public string Strong(string text) => Painted("1", text);

    private string Painted(string code, string text) => HasColors ? $"\e[{code}m{text}\e[0m" : text;
}
