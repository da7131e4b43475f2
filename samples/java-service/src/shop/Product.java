package shop;

/** What is sold; prices are cents. */
public record Product(int number, String name, String description, int price) {}
