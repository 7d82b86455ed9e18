using Collab.Operations.Deltas;
using Collab.Operations.RichText;

namespace Collab.Tests.Operations;

/// <summary>Attributes and embeds: Quill's meaning, and our tie rule where Quill leaves it to the caller.</summary>
public sealed class RichTextTests
{
    [Theory]
    [InlineData("=4{b:1}", "=4{b:2}", "=4{b:1}", "=4")] // both set it: the later wins
    [InlineData("=4{b:1}", "=4{b:null}", "=4{b:1}", "=4")]
    [InlineData("=4{b:null}", "=4{b:1}", "=4{b:null}", "=4")]
    [InlineData("=4{b:1}", "=4{b:1}", "=4{b:1}", "=4")]
    [InlineData("=4{b:1}", "=4{i:1}", "=4{b:1}", "=4{i:1}")] // different names: both
    [InlineData("=4{b:1,c:1}", "=4{b:2,i:1}", "=4{b:1,c:1}", "=4{i:1}")]
    [InlineData("=2{b:1} =2", "=1 =2{b:2} =1", "=2{b:1} =2", "=2 =1{b:2} =1")] // where they overlap
    [InlineData("=4{b:1}", "=1 -2 =1", "=2{b:1}", "=1 -2 =1")] // format and delete
    [InlineData("=4{b:1}", "=2 +x =2", "=2{b:1} =1 =2{b:1}", "=2 +x =2")] // what is new isn't formatted
    [InlineData("=2 +[i:1] =2", "=2 +[i:2] =2", "=3 +[i:1] =2", "=2 +[i:2] =3")]
    [InlineData("+a{b:1} +b", "+c +d{b:1}", "=2 +a{b:1} +b", "+c +d{b:1} =2")]
    public void Transform_of_the_later_and_of_the_earlier(string later, string earlier, string laterMoved, string earlierMoved)
    {
        var (first, second) = Delta.TransformPair(Notation.Rich(earlier), Notation.Rich(later));
        Assert.Equal(laterMoved, Notation.Write(second));
        Assert.Equal(earlierMoved, Notation.Write(first));
        Assert.Equal(Notation.Rich(earlier).Compose(second), Notation.Rich(later).Compose(first));
    }

    [Theory]
    [InlineData("+a{b:1}", "=1{b:null}", "+a")] // nothing to remove from what is inserted
    [InlineData("+a", "=1{b:null,i:1}", "+a{i:1}")]
    [InlineData("=1{b:1}", "=1{b:null}", "=1{b:null}")] // a retain must still remove
    [InlineData("=1{b:null,c:1}", "=1{c:null,i:1}", "=1{b:null,c:null,i:1}")]
    [InlineData("=2{b:1}", "=1{b:2} =1", "=1{b:2} =1{b:1}")]
    [InlineData("+[i:1]{w:1}", "=1{w:2}", "+[i:1]{w:2}")]
    [InlineData("+ab{b:1}", "=1{b:null} =1", "+a +b{b:1}")]
    [InlineData("+a{b:1} +b", "=1 =1{b:1}", "+ab{b:1}")]
    public void Compose(string first, string second, string gives) =>
        Assert.Equal(gives, Notation.Write(Notation.Rich(first).Compose(Notation.Rich(second))));

    [Theory]
    [InlineData("+ab", "=2{b:1}", "=2{b:null}")]
    [InlineData("+a{b:1} +b", "=2{b:1}", "=1 =1{b:null}")]
    [InlineData("+a{b:1} +b{b:2}", "=2{b:3}", "=1{b:1} =1{b:2}")]
    [InlineData("+a{b:1} +b", "=2{b:null}", "=1{b:1} =1{b:null}")]
    [InlineData("+a{b:1} +[i:1] +c", "-3", "+a{b:1} +[i:1] +c")]
    [InlineData("+ab", "=1 +x{b:1} =1", "=1 -1 =1")]
    public void Invert(string content, string delta, string gives) =>
        Assert.Equal(gives, Notation.Write(Notation.Rich(delta).Invert(Notation.RichDocument(content))));

    [Fact]
    public void Content_formatted_alike_is_one_run_however_it_came_to_be()
    {
        var typed = RichTextContent.Initial.Apply(Notation.Rich("+a{b:1} =1")).Apply(Notation.Rich("=1 +b{b:1} =1")).Apply(Notation.Rich("=2 +c =1"))
            .Apply(Notation.Rich("=2 =1{b:1} =1"));
        Assert.Equal("""[{"insert":"abc","attributes":{"b":1}},{"insert":"\n"}]""", Notation.Json(typed));
    }

    [Fact]
    public void A_slice_is_what_would_insert_it()
    {
        var content = Notation.RichDocument("+abc{b:1} +[i:1] +de");
        Assert.Equal("+bc{b:1} +[i:1] +d", Notation.Write(content.Slice(1, 4)));
        Assert.Equal("abc\uFFFCde", content.ToString());
    }

    [Fact]
    public void Equal_attributes_are_equal_however_they_were_written()
    {
        Assert.Equal(Attributes.Of(("b", 1.0), ("a", "x")), Attributes.Of(("a", AttributeValue.Parse(" \"\\u0078\" ")), ("b", AttributeValue.Parse("1e0"))));
        Assert.NotEqual(Attributes.Of(("a", AttributeValue.Null)), Attributes.Of(("a", false)));
        Assert.Equal(AttributeValue.Null, AttributeValue.Parse("null"));
        Assert.Equal(Embed.Parse("""{"b":1,"a":{"d":1,"c":2}}"""), Embed.Parse("""{"a":{"c":2,"d":1.0},"b":1}"""));
        Assert.Throws<ArgumentException>(() => Attributes.Of(("a", 1), ("a", 2)));
    }

    [Fact]
    public void Plain_text_takes_no_attributes_and_no_embeds()
    {
        var builder = new DeltaBuilder(DeltaForm.Text);
        Assert.Throws<ArgumentException>(() => builder.Insert("a", Attributes.Of(("b", true))));
        Assert.Throws<ArgumentException>(() => builder.Retain(1, Attributes.Of(("b", true))));
        Assert.Throws<ArgumentException>(() => builder.Insert(Embed.Parse("""{"i":1}""")));
        Assert.Throws<ArgumentException>(() => Notation.Text("=1").Compose(Notation.Rich("=1")));
        Assert.Throws<ArgumentException>(() => Notation.RichDocument("+a").Apply(Notation.Text("=1")));
    }
}
